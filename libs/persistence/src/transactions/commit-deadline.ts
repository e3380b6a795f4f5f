import type { EntityManager, QueryRunner } from 'typeorm';
import { sqlStateOf } from './postgres-errors.js';

/** https://www.postgresql.org/docs/current/errcodes-appendix.html: transaction_timeout */
const TRANSACTION_TIMEOUT = '25P04';
/** Maximum time for a request; a longer one is a mistake of the caller. */
const REMAINING_MS_MAX = 60_000;

/** The transaction was rolled back, because it could not commit by its deadline. */
export class CommitDeadlineError extends Error {
  override readonly name = 'CommitDeadlineError';
  readonly code = 'COMMIT_DEADLINE';

  constructor(options?: ErrorOptions) {
    super('not committed: the deadline has passed', options);
  }
}

/** The end of each limited transaction on this process's monotonic clock. */
const endsAtMs = new WeakMap<QueryRunner, number>();

/** SQL: now, by the database's clock, in milliseconds since 1970. All deadlines of a service use this clock. */
export const DATABASE_NOW = `extract(epoch from clock_timestamp())::float8 * 1000`;

/**
 * SQL: the server ends the transaction after `ms`, an SQL expression, from now. It first removes the default limit of role or
 * server, because the server does not shorten a running limit.
 */
export const endTransactionIn = (ms: string): string =>
  `case when set_config('transaction_timeout', '0', true) is not null then
     set_config('transaction_timeout', greatest(1, least(${REMAINING_MS_MAX}, ceil(${ms})))::int::text, true) end`;

/**
 * Limits a new transaction to `commitBy`, milliseconds since 1970 on the database's clock. The server ends the transaction
 * at that time, so a client that is paused between two statements or before COMMIT cannot commit late.
 *
 * @throws {CommitDeadlineError} if the deadline has passed
 */
export async function limitTransaction(tx: EntityManager, commitBy: number): Promise<void> {
  const [row]: { remaining: number }[] = await tx.query(
    `with clock as materialized (select ($1::float8 - ${DATABASE_NOW}) as remaining)
     select remaining, case when remaining >= 1 then ${endTransactionIn('remaining')} end from clock`,
    [commitBy],
  );
  const remainingMs = row?.remaining ?? 0;
  if (remainingMs < 1) throw new CommitDeadlineError();
  registerDeadline(tx, remainingMs);
}

/** Registers a transaction whose own statement used {@link endTransactionIn}. */
export function registerDeadline({ queryRunner }: EntityManager, remainingMs: number): void {
  if (queryRunner) endsAtMs.set(queryRunner, performance.now() + Math.min(remainingMs, REMAINING_MS_MAX));
}

/** Maps an error of a limited transaction. The driver may report a lost connection instead of the server's timeout. */
export function asDeadlineError({ queryRunner }: EntityManager, error: unknown): unknown {
  if (error instanceof CommitDeadlineError) return error;
  const endsAt = (queryRunner && endsAtMs.get(queryRunner)) ?? Infinity;
  const isOver = sqlStateOf(error) === TRANSACTION_TIMEOUT || performance.now() >= endsAt;
  return isOver ? new CommitDeadlineError({ cause: error }) : error;
}
