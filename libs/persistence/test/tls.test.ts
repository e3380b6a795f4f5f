import { copyFileSync } from 'node:fs';
import {
  createTestDatabase,
  startOwnPostgres,
  testCertificates,
  type OwnPostgres,
  type TestCertificates,
  type TestDatabase,
} from '@doorbuster/embedded/testing';
import { createLogger } from '@doorbuster/telemetry';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { DataSource } from 'typeorm';
import { databaseAddress, migrateDatabase, openDatabase } from '../src/index.js';
import { isTransient } from '../src/transactions/postgres-errors.js';

const logger = createLogger('test', 'silent');
const schema = { service: 'inventory' as const, migrations: [], connectWaitMs: 0 };

let certificates: TestCertificates;
let others: TestCertificates;
let postgres: OwnPostgres;
let database: TestDatabase;
let url: string;
beforeAll(async () => {
  // By its address alone, so that `localhost` is a host that the certificate is not for.
  certificates = await testCertificates(['127.0.0.1']);
  others = await testCertificates(['127.0.0.1']);
  postgres = await startOwnPostgres(50, certificates);
  database = await createTestDatabase(postgres.adminUrl);
  url = database.url('inventory');
  await migrateDatabase(
    { ...schema, url: database.migratorUrl('inventory'), caFile: certificates.caFile },
    logger,
  );
});
afterAll(async () => {
  await postgres?.dispose();
  certificates?.remove();
  others?.remove();
});

let opened: DataSource | undefined;
afterEach(close);
async function close(): Promise<void> {
  await opened?.destroy();
  opened = undefined;
}
const open = async (to: string, caFile?: string): Promise<DataSource> =>
  (opened = await openDatabase({ ...schema, url: to, caFile }, logger));

const isEncrypted = async (dataSource: DataSource): Promise<boolean> => {
  const [row] = await dataSource.query('select ssl from pg_stat_ssl where pid = pg_backend_pid()');
  return row.ssl;
};

const failureOf = (opening: Promise<unknown>): Promise<Error> =>
  opening.then(
    () => expect.fail('it was not refused'),
    (error: Error) => error,
  );

describe('a service with the authority of its database', () => {
  it('migrates and works over TLS', async () => {
    expect(await isEncrypted(await open(url, certificates.caFile))).toBe(true);
  });

  it.each(['disable', 'prefer', 'require'])(
    'verifies the server with any sslmode in the URL: %s',
    async (mode) => {
      expect(await isEncrypted(await open(`${url}?sslmode=${mode}`, certificates.caFile))).toBe(true);
      await close();
      const refused = await failureOf(open(`${url}?sslmode=${mode}`, others.caFile));
      expect(refused.message).toMatch(/unable to verify|signature/);
    },
  );

  it('refuses a certificate of another authority, and so does its migration', async () => {
    const migrating = migrateDatabase(
      { ...schema, url: database.migratorUrl('inventory'), caFile: others.caFile },
      logger,
    );
    for (const refused of [await failureOf(migrating), await failureOf(open(url, others.caFile))]) {
      expect(refused.message).toMatch(/unable to verify|signature/);
      // The work that waits for a connection is not to blame.
      expect(isTransient(refused.cause)).toBe(true);
    }
  });

  it('refuses a certificate of another host', async () => {
    const refused = await failureOf(open(url.replace('127.0.0.1', 'localhost'), certificates.caFile));
    expect(refused.message).toMatch(/does not match/);
    expect(isTransient(refused.cause)).toBe(true);
  });

  it('refuses a server without TLS', async () => {
    const plain = await createTestDatabase();
    try {
      const refused = await failureOf(open(plain.url('inventory'), certificates.caFile));
      expect(refused.message).toMatch(/does not support SSL/);
      expect(isTransient(refused)).toBe(true);
    } finally {
      await plain.drop();
    }
  });

  it('uses a renewed authority for each new connection', async () => {
    const renewed = await testCertificates(['127.0.0.1']);
    copyFileSync(certificates.caFile, renewed.caFile);
    const dataSource = await open(url, renewed.caFile);
    const held = dataSource.createQueryRunner();
    await held.connect();
    copyFileSync(others.caFile, renewed.caFile);
    await expect(dataSource.query('select 1')).rejects.toThrow(/unable to verify|signature/);
    copyFileSync(certificates.caFile, renewed.caFile);
    expect(await isEncrypted(dataSource)).toBe(true);
    await held.release();
    renewed.remove();
  });

  it('does not start with a file without a certificate', async () => {
    const refused = await failureOf(open(url, certificates.keyFile));
    expect(refused.message).toMatch(/has no certificate/);
  });
});

describe('a service without an authority', () => {
  it.each(['prefer', 'require', 'verify-ca', 'verify-full'])(
    'verifies with the system authorities if the URL has sslmode=%s',
    async (mode) => {
      const refused = await failureOf(open(`${url}?sslmode=${mode}`));
      expect(refused.message).toMatch(/unable to verify|self.signed|local issuer/);
    },
  );

  it('refuses a URL that asks for TLS without verification', () => {
    for (const query of ['sslmode=no-verify', 'ssl=true', 'sslmode=require&uselibpqcompat=true'])
      expect(() => databaseAddress(`${url}?${query}`)).toThrow(/DATABASE_CA_FILE/);
  });

  it('uses no TLS if nothing asks for it', async () => {
    expect(await isEncrypted(await open(url))).toBe(false);
  });
});
