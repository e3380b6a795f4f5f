import { connectNats, StreamProvisioner } from '@doorbuster/broker';
import type { NatsUser, ServiceName } from '@doorbuster/contracts';
import { startOwnPostgres, type OwnPostgres } from './own-postgres.js';
import { createTestDatabase } from './test-database.js';
import { startTestNats, type TestNats } from './test-nats.js';

export interface TestEnvironment {
  /** For the run-time role, which needs a migrated schema. */
  databaseUrl(service: ServiceName): string;
  /** Of the role that migrates. */
  migrationUrl(service: ServiceName): string;
  adminDatabaseUrl: string;
  natsUrl(user: 'admin' | NatsUser): string;
  nats: TestNats;
  /** Only with `ownPostgres`: a test must not stop the shared one. */
  postgres: OwnPostgres | undefined;
  stop(): Promise<void>;
}

export interface TestEnvironmentOptions {
  /** For tests that kill the database. Takes a second more. */
  ownPostgres?: boolean;
}

/**
 * The environment of services for one test file: a database and a NATS server, with the real roles, users and permissions,
 * and all streams and consumers. A provisioner creates these again when the test wipes the server.
 */
export async function startTestEnvironment(options: TestEnvironmentOptions = {}): Promise<TestEnvironment> {
  const postgres = options.ownPostgres === true ? await startOwnPostgres() : undefined;
  const [database, nats] = await Promise.all([createTestDatabase(postgres?.adminUrl), startTestNats()]);
  const nc = await connectNats(nats.url('provisioner'), 'provisioner');
  const provisioner = new StreamProvisioner(
    nc,
    { replicas: 1 },
    { info: () => undefined, warn: () => undefined },
  );
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
