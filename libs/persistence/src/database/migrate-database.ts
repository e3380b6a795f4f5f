import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '@doorbuster/telemetry';
import { DataSource, MigrationExecutor, type QueryRunner } from 'typeorm';
import { connect } from './data-source.js';
import { DatabaseNotReadyError } from './database-not-ready.js';
import { sqlStateOf } from '../transactions/postgres-errors.js';
import { connectionOptions, type DatabaseConnection, type SchemaDefinition } from './schema-definition.js';

/** The role of the URL is the service's migrator. */
export interface MigrationOptions extends SchemaDefinition, DatabaseConnection {
  /** Maximum wait of a statement for a lock. Other statements queue behind it meanwhile. */
  lockTimeoutMs?: number;
  /** Maximum attempts of one migration that gets no lock. */
  attemptsMax?: number;
  /** Maximum wait for another process that migrates the same schema. */
  waitMs?: number;
}

const LOCK_TIMEOUT_MS = 3_000;
const ATTEMPTS_MAX = 20;
const BACKOFF_MS = 500;
const BACKOFF_MAX_MS = 5_000;
const WAIT_MS = 3_600_000;
const POLL_MS = 300;
/** lock_not_available, deadlock_detected */
const LOST_A_LOCK = ['55P03', '40P01'];

/**
 * Brings the schema up to date on a connection without timeouts. Each migration has its own transaction unless it sets
 * `transaction = false`. A statement that waits too long for a lock is cancelled and its migration retried, so that the
 * service's statements do not queue behind it.
 *
 * @throws the error of a migration, or a lock timeout; earlier migrations stay applied
 */
export async function migrateDatabase(options: MigrationOptions, logger: Logger): Promise<void> {
  const dataSource = new DataSource({
    ...connectionOptions(options, logger),
    applicationName: `${options.service}-migrate`,
    migrationsTransactionMode: 'each',
    poolSize: 1,
    extra: { keepAlive: true },
  });
  await connect(dataSource, logger, options.connectWaitMs);
  const runner = dataSource.createQueryRunner();
  try {
    await liftTimeouts(runner, options.lockTimeoutMs ?? LOCK_TIMEOUT_MS);
    await waitForTurn(runner, options, logger);
    await runAll(dataSource, runner, options, logger);
    // The run-time role may only read the recorded migrations.
    await runner.query(
      `do $$ begin execute format('revoke insert, update, delete on migrations from %I', current_schema()); end $$`,
    );
  } finally {
    // This ends the session and its advisory lock.
    await runner.release();
    await dataSource.destroy();
  }
}

/** Removes the defaults of role and database. A version of PostgreSQL may not know all of these settings. */
async function liftTimeouts(runner: QueryRunner, lockTimeoutMs: number): Promise<void> {
  await runner.query(
    `select set_config(name, '0', false) from pg_settings where name in ('statement_timeout', 'transaction_timeout',
       'idle_in_transaction_session_timeout', 'idle_session_timeout')`,
  );
  await runner.query(`select set_config('lock_timeout', $1, false)`, [`${lockTimeoutMs}ms`]);
}

/**
 * Takes the schema's advisory lock, which ends with the session. It polls: a statement that waits for the lock would hold
 * a snapshot, and `create index concurrently` in the other process waits for old snapshots.
 *
 * @throws if another process does not finish in time
 */
async function waitForTurn(
  runner: QueryRunner,
  { service, waitMs = WAIT_MS }: MigrationOptions,
  logger: Logger,
): Promise<void> {
  const deadline = Date.now() + waitMs;
  for (let logged = false; ; logged = true) {
    const [row]: { locked: boolean }[] = await runner.query(
      'select pg_try_advisory_lock(hashtext($1)) as locked',
      [`doorbuster-migrations-${service}`],
    );
    if (row?.locked === true) return;
    if (Date.now() > deadline)
      throw new DatabaseNotReadyError(
        `another process has been migrating schema ${service} for ${waitMs / 1_000} s`,
      );
    if (!logged) logger.info('another process migrates this schema; waiting for it');
    await sleep(POLL_MS);
  }
}

async function runAll(
  dataSource: DataSource,
  runner: QueryRunner,
  { attemptsMax = ATTEMPTS_MAX }: MigrationOptions,
  logger: Logger,
): Promise<void> {
  let stoppedAt = -1;
  for (let attempt = 1; ; attempt += 1) {
    const executor = new MigrationExecutor(dataSource, runner);
    executor.transaction = 'each';
    try {
      await executor.executePendingMigrations();
      return;
    } catch (err) {
      if (!LOST_A_LOCK.includes(sqlStateOf(err) ?? '')) throw err;
      const done = (await executor.getExecutedMigrations()).length;
      if (done > stoppedAt) attempt = 1;
      stoppedAt = done;
      if (attempt >= attemptsMax) {
        const advice = 'look in pg_stat_activity for what holds it, and migrate again';
        throw new Error(`a migration got no lock in ${attempt} attempts; ${advice}`, { cause: err });
      }
      logger.warn({ err, attempt }, 'a migration waited too long for a lock, trying again');
      await sleep(Math.min(BACKOFF_MS * attempt, BACKOFF_MAX_MS));
    }
  }
}
