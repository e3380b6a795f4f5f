import type { EntityManager, QueryRunner } from 'typeorm';
import { sqlStateOf } from './postgres-errors.js';

/** https://www.postgresql.org/docs/current/errcodes-appendix.html: transaction_timeout */
const TRANSACTION_TIMEOUT = '25P04';
/** Maximum time that a request may ask for; a longer one is the caller's mistake. */
const REMAINING_MS_MAX = 60_000;

/** The transaction was rolled back, because it could not have been committed by the instant that its caller was promised. */
export class CommitDeadlineError extends Error {
  override readonly name = 'CommitDeadlineError';
  readonly code = 'COMMIT_DEADLINE';

  constructor(options?: ErrorOptions) {
    super('not committed: the time that its caller allowed was over', options);
  }
}

/** When a limited transaction ends, by this process's monotonic clock. */
const ends = new WeakMap<QueryRunner, number>();

/** The clock that all deadlines of a service are instants of: its database's, in milliseconds since 1970. */
export const DATABASE_NOW = `extract(epoch from clock_timestamp())::float8 * 1000`;

/**
 * SQL that has the server end the transaction once `ms`, an expression, has passed from now on. A limit that the role or the
 * server has by default is lifted first: the server does not shorten one that is running.
 */
export const endTransactionIn = (ms: string): string =>
  `case when set_config('transaction_timeout', '0', true) is not null then
     set_config('transaction_timeout', greatest(1, least(${REMAINING_MS_MAX}, ceil(${ms})))::int::text, true) end`;

/**
 * Limits a transaction that has just begun to `commitBy`, an instant of the database's clock in milliseconds since 1970:
 * the server reads its own clock, and itself ends the transaction when that time comes, whatever the client does. So a
 * client that is paused between two statements or before COMMIT cannot commit late.
 *
 * @throws {CommitDeadlineError} when it has come already
 */
export async function limitTransaction(tx: EntityManager, commitBy: number): Promise<void> {
  const [row]: { remaining: number }[] = await tx.query(
    `with clock as materialized (select ($1::float8 - ${DATABASE_NOW}) as remaining)
     select remaining, case when remaining >= 1 then ${endTransactionIn('remaining')} end from clock`,
    [commitBy],
  );
  const remainingMs = row?.remaining ?? 0;
  if (remainingMs < 1) throw new CommitDeadlineError();
  noteLimit(tx, remainingMs);
}

/** For a transaction that a statement of its own has limited by {@link endTransactionIn}. */
export function noteLimit({ queryRunner }: EntityManager, remainingMs: number): void {
  if (queryRunner) ends.set(queryRunner, performance.now() + Math.min(remainingMs, REMAINING_MS_MAX));
}

/**
 * Maps a failure of a limited transaction. The server's error may get lost: the driver then only reports
 * a lost connection.
 */
export function asDeadlineError({ queryRunner }: EntityManager, error: unknown): unknown {
  if (error instanceof CommitDeadlineError) return error;
  const endsAt = (queryRunner && ends.get(queryRunner)) ?? Infinity;
  const isOver = sqlStateOf(error) === TRANSACTION_TIMEOUT || performance.now() >= endsAt;
  return isOver ? new CommitDeadlineError({ cause: error }) : error;
}
