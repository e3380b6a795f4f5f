import { setTimeout as sleep } from 'node:timers/promises';
import { DATABASE_CONNECTIONS } from '@doorbuster/contracts';
import type { Logger } from '@doorbuster/telemetry';
import type { Pool, PoolClient } from 'pg';
import { DataSource } from 'typeorm';
import type { PostgresDriver } from 'typeorm/driver/postgres/PostgresDriver.js';
import { DatabaseNotReadyError } from './database-not-ready.js';
import { watchDatabase } from './database-outages.js';
import { connectionOptions, type DatabaseConnection, type SchemaDefinition } from './schema-definition.js';
import { awaitSchema } from './schema-version.js';

/** The role of the URL is the run-time role of the service. */
export interface DatabaseOptions extends SchemaDefinition, DatabaseConnection {
  /** Maximum wait for a running migration, by default 60 s. */
  schemaWaitMs?: number;
}

/** A set-based statement of a batch takes milliseconds; a longer one waits for a lock. */
const STATEMENT_TIMEOUT_MS = 10_000;
/** A process that stops between two statements holds its locks for at most this time. */
const IDLE_IN_TRANSACTION_MS = 2_000;
/** The client waits this much longer than the server's timeout, for a server that does not answer. */
const UNHEARD_MS = 2_000;
/** The first version with `transaction_timeout`. */
const SERVER_VERSION_MIN = 170_000;
/**
 * Reads by an index wherever one fits. A prepared statement keeps its plan until the table is analyzed again, and the plan for
 * a nearly empty table would read the whole table. A statement that joins `unnest` of keys also says `key = any(...)`, so that
 * the index is used at every size. PostgreSQL 17 gives a table without a fitting index a cost that starts the JIT compiler, which costs
 * more than it saves here.
 */
const READ_BY_INDEX = '-c enable_seqscan=off -c jit=off';
const START_DEADLINE_MS = 60_000;
const RETRY_MS = 300;

/**
 * Connects to the service's schema as its run-time role. It waits for a starting database and for a running migration, and
 * changes nothing in the schema: `migrateDatabase` does.
 *
 * @throws {DatabaseNotReadyError} without a connection after 60 s, with missing migrations, or at once if the server is older
 *   than PostgreSQL 17
 */
export async function openDatabase(
  { connectWaitMs, schemaWaitMs, ...options }: DatabaseOptions,
  logger: Logger,
): Promise<DataSource> {
  const dataSource = new DataSource({
    ...connectionOptions(options, logger),
    poolSize: DATABASE_CONNECTIONS.perReplica,
    extra: {
      statement_timeout: STATEMENT_TIMEOUT_MS,
      query_timeout: STATEMENT_TIMEOUT_MS + UNHEARD_MS,
      idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
      keepAlive: true,
      // Statements that are started together share a round trip. The server runs them in their order.
      pipeline: true,
      options: READ_BY_INDEX,
    },
  });
  await connect(dataSource, logger, connectWaitMs);
  endUnfinishedClients((dataSource.driver as PostgresDriver).master as Pool);
  try {
    await checkServerVersion(dataSource);
    await awaitSchema(dataSource, options, logger, schemaWaitMs);
    watchDatabase(dataSource, logger);
  } catch (error) {
    await dataSource.destroy();
    throw error;
  }
  return dataSource;
}

/** @throws {DatabaseNotReadyError} with the last connection error, after `waitMs` */
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
      const reason = err instanceof Error ? err.message : String(err);
      const server = `PostgreSQL at ${serverOf(dataSource)}`;
      if (Date.now() > deadline) {
        const advice = 'start it, or correct the address, the role or its password';
        const text = `no connection to ${server} in ${waitMs / 1_000} s (${reason}); ${advice}`;
        throw new DatabaseNotReadyError(text, { cause: err });
      }
      if (!warned) logger.warn(`no connection to ${server} yet (${reason}), trying for ${waitMs / 1_000} s`);
      await sleep(RETRY_MS);
    }
  }
}

function serverOf({ options }: DataSource): string {
  const url = options.type === 'postgres' ? options.url : undefined;
  return url === undefined ? 'its address' : new URL(url).host;
}

/**
 * Ends a connection that is released with a running statement or an open transaction, as after a timeout in the client. The
 * next user of that connection would be part of the transaction.
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
  throw new DatabaseNotReadyError(
    `PostgreSQL 17 or newer is needed, and this server is ${row?.name}: update it`,
  );
}
