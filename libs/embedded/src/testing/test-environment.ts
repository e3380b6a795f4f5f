import { connectNats, StreamProvisioner } from '@doorbuster/broker';
import type { NatsUser, ServiceName } from '@doorbuster/contracts';
import { startOwnPostgres, type OwnPostgres } from './own-postgres.js';
import { createTestDatabase } from './test-database.js';
import { startTestNats, type TestNats } from './test-nats.js';

export interface TestEnvironment {
  /** Of the run-time role, which needs a schema that was migrated. */
  databaseUrl(service: ServiceName): string;
  /** Of the role that migrates. */
  migrationUrl(service: ServiceName): string;
  adminDatabaseUrl: string;
  natsUrl(user: 'admin' | NatsUser): string;
  nats: TestNats;
  /** Only with `ownPostgres`: a test must not end the one that it shares. */
  postgres: OwnPostgres | undefined;
  stop(): Promise<void>;
}

export interface TestEnvironmentOptions {
  /** For tests that kill the database. Takes a second more. */
  ownPostgres?: boolean;
}

/**
 * What services need to run, for one test file: a database and a NATS server of its own, with the real roles, users
 * and permissions, and all streams and consumers. A provisioner makes those again when the test has the server lose them.
 */
export async function startTestEnvironment(options: TestEnvironmentOptions = {}): Promise<TestEnvironment> {
  const postgres = options.ownPostgres === true ? await startOwnPostgres() : undefined;
  const [database, nats] = await Promise.all([createTestDatabase(postgres?.adminUrl), startTestNats()]);
  const nc = await connectNats(nats.url('provisioner'), 'provisioner');
  const provisioner = new StreamProvisioner(nc, 1, { info: () => undefined, warn: () => undefined });
  await provisioner.start();
  return {
    databaseUrl: (service) => database.url(service),
    migrationUrl: (service) => database.migratorUrl(service),
    adminDatabaseUrl: database.adminUrl,
    natsUrl: (user) => nats.url(user),
    nats,
    postgres,
    async stop() {
      await nc.close();
      await provisioner.close();
      await Promise.all([postgres === undefined ? database.drop() : postgres.dispose(), nats.dispose()]);
    },
  };
}
