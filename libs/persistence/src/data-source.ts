import { setTimeout as sleep } from 'node:timers/promises';
import type { ServiceName } from '@doorbuster/contracts';
import type { Logger } from '@doorbuster/telemetry';
import type { Pool, PoolClient } from 'pg';
import { DataSource, type MigrationInterface, type ObjectType, type QueryRunner } from 'typeorm';
import type { PostgresDriver } from 'typeorm/driver/postgres/PostgresDriver.js';
import { CreateMessagingTables1767225600000 } from './create-messaging-tables.migration.js';
import { IndexOpenDeadLetters1768000000000 } from './index-open-dead-letters.migration.js';
import { KeyDeadLetters1768400000000 } from './key-dead-letters.migration.js';

export interface DatabaseOptions {
  /** `postgres://role:password@host:port/database`, the role being the service's own. */
  url: string;
  /** Also the name of the schema. */
  service: ServiceName;
  migrations: (new () => MigrationInterface)[];
  /** Only where mapped classes read better than SQL: the tables are always made by migrations. */
  entities?: ObjectType<object>[] | undefined;
}

const POOL_MAX = 8;
const CONNECT_TIMEOUT_MS = 5_000;
/** Every set-based statement of a batch takes milliseconds; what takes longer than this waits for a lock. */
const STATEMENT_TIMEOUT_MS = 10_000;
/** Between two statements lie milliseconds. A process that is stopped there would hold its locks for as long as this. */
const IDLE_IN_TRANSACTION_MS = 2_000;
/** The server ends a statement that takes too long; a server that says nothing at all is given up a little later. */
const UNHEARD_MS = 2_000;
/** The first that ends a transaction after its time by itself (`transaction_timeout`). */
const SERVER_VERSION_MIN = 170_000;
const START_DEADLINE_MS = 60_000;
const RETRY_MS = 300;

/**
 * Connects to the service's schema, waiting for a database that is still starting, and brings the schema up to date.
 *
 * @throws the last connection error once 60 s have passed; at once when the server is older than PostgreSQL 17
 */
export async function openDatabase(options: DatabaseOptions, logger: Logger): Promise<DataSource> {
  const dataSource = new DataSource({
    type: 'postgres',
    url: options.url,
    schema: options.service,
    applicationName: options.service,
    entities: options.entities ?? [],
    migrations: [
      CreateMessagingTables1767225600000,
      IndexOpenDeadLetters1768000000000,
      KeyDeadLetters1768400000000,
      ...options.migrations,
    ],
    migrationsTableName: 'migrations',
    migrationsTransactionMode: 'all',
    parseInt8: true,
    poolSize: POOL_MAX,
    connectTimeoutMS: CONNECT_TIMEOUT_MS,
    logging: false,
    poolErrorHandler: (err: unknown) => logger.warn({ err }, 'an idle database connection was lost'),
    extra: {
      statement_timeout: STATEMENT_TIMEOUT_MS,
      query_timeout: STATEMENT_TIMEOUT_MS + UNHEARD_MS,
      idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
      keepAlive: true,
    },
  });
  const deadline = Date.now() + START_DEADLINE_MS;
  for (let warned = false; ; warned = true) {
    try {
      await dataSource.initialize();
      break;
    } catch (err) {
      if (Date.now() > deadline) throw err;
      if (!warned) logger.warn({ err }, 'database not there yet, trying for 60 s');
      await sleep(RETRY_MS);
    }
  }
  endUnfinishedClients((dataSource.driver as PostgresDriver).master as Pool);
  try {
    await checkServerVersion(dataSource);
    await migrate(dataSource, options.service);
  } catch (error) {
    await dataSource.destroy();
    throw error;
  }
  return dataSource;
}

/**
 * A statement that was given up after its time may still be at work, and its transaction open: whoever got that connection
 * next would be part of it. So it is ended instead of going back to the pool.
 */
function endUnfinishedClients(pool: Pool): void {
  pool.on('release', (_error, client: PoolClient & { readyForQuery?: boolean }) => {
    const isIdle = client.readyForQuery === true && client.getTransactionStatus() === 'I';
    if (!isIdle) void client.end();
  });
}

async function checkServerVersion(dataSource: DataSource): Promise<void> {
  const [row]: { number: number; name: string }[] = await dataSource.query(
    `select current_setting('server_version_num')::int as number, current_setting('server_version') as name`,
  );
  if (row && row.number >= SERVER_VERSION_MIN) return;
  throw new Error(`PostgreSQL 17 or newer is needed, and this server is ${row?.name}: update it`);
}

/** One replica migrates, the others wait for it and find nothing left to do. */
async function migrate(dataSource: DataSource, service: string): Promise<void> {
  const lock = dataSource.createQueryRunner();
  await lock.startTransaction();
  try {
    // This session only waits: first for the others, then for the migrations, which run in another.
    await lock.query('set local idle_in_transaction_session_timeout = 0');
    await waitForLock(lock, `doorbuster-migrations-${service}`);
    await dataSource.runMigrations();
  } finally {
    if (!lock.isReleased) await lock.rollbackTransaction().catch(() => undefined);
    await lock.release();
  }
}

/** @throws when another replica does not finish within 60 s */
async function waitForLock(lock: QueryRunner, name: string): Promise<void> {
  for (const deadline = Date.now() + START_DEADLINE_MS; Date.now() < deadline; await sleep(RETRY_MS)) {
    const [row]: { locked: boolean }[] = await lock.query(
      'select pg_try_advisory_xact_lock(hashtext($1)) as locked',
      [name],
    );
    if (row?.locked === true) return;
  }
  throw new Error('another replica has been migrating this schema for a minute');
}
