import { setTimeout as sleep } from 'node:timers/promises';
import { DATABASE_CONNECTIONS } from '@doorbuster/contracts';
import type { Logger } from '@doorbuster/telemetry';
import type { Pool, PoolClient } from 'pg';
import { DataSource } from 'typeorm';
import type { PostgresDriver } from 'typeorm/driver/postgres/PostgresDriver.js';
import { connectionOptions, type DatabaseConnection, type SchemaDefinition } from './schema-definition.js';
import { awaitSchema } from './schema-version.js';

/** The role of the URL is the service's own. */
export interface DatabaseOptions extends SchemaDefinition, DatabaseConnection {
  /** How long a migration may still be under way, by default 60 s. */
  schemaWaitMs?: number;
}

/** Every set-based statement of a batch takes milliseconds; what takes longer than this waits for a lock. */
const STATEMENT_TIMEOUT_MS = 10_000;
/** Statements follow within milliseconds. A process that is stopped between two of them holds its locks for at most this long. */
const IDLE_IN_TRANSACTION_MS = 2_000;
/** The server ends a statement that takes too long; a server that says nothing at all is given up a little later. */
const UNHEARD_MS = 2_000;
/** The first version with `transaction_timeout`. */
const SERVER_VERSION_MIN = 170_000;
const START_DEADLINE_MS = 60_000;
const RETRY_MS = 300;

/**
 * Connects to the service's schema as its run-time role, waiting for a database that is still starting and for a migration
 * that is under way. It changes nothing in the schema: `migrateDatabase` does.
 *
 * @throws the last connection error once 60 s have passed, or which migrations the schema lacks; at once when the server is
 *   older than PostgreSQL 17
 */
export async function openDatabase(options: DatabaseOptions, logger: Logger): Promise<DataSource> {
  const dataSource = new DataSource({
    ...connectionOptions(options, logger),
    poolSize: DATABASE_CONNECTIONS.perReplica,
    extra: {
      statement_timeout: STATEMENT_TIMEOUT_MS,
      query_timeout: STATEMENT_TIMEOUT_MS + UNHEARD_MS,
      idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
      keepAlive: true,
    },
  });
  await connect(dataSource, logger, options.connectWaitMs);
  endUnfinishedClients((dataSource.driver as PostgresDriver).master as Pool);
  try {
    await checkServerVersion(dataSource);
    await awaitSchema(dataSource, options, logger, options.schemaWaitMs);
  } catch (error) {
    await dataSource.destroy();
    throw error;
  }
  return dataSource;
}

/** @throws the last connection error once `waitMs` have passed */
export async function connect(
  dataSource: DataSource,
  logger: Logger,
  waitMs = START_DEADLINE_MS,
): Promise<void> {
  const deadline = Date.now() + waitMs;
  for (let warned = false; ; warned = true) {
    try {
      await dataSource.initialize();
      return;
    } catch (err) {
      if (Date.now() > deadline) throw err;
      if (!warned) logger.warn({ err }, `database not there yet, trying for ${waitMs / 1_000} s`);
      await sleep(RETRY_MS);
    }
  }
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
