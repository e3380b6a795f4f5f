import type { ClientBase } from 'pg';
import type { DataSource, EntityManager, QueryRunner } from 'typeorm';

/**
 * A transaction like that of `DataSource.transaction`, whose BEGIN is sent together with the first statement of `work`: a round trip less.
 */
export async function pipelinedTransaction<R>(
  dataSource: DataSource,
  work: (tx: EntityManager) => Promise<R>,
): Promise<R> {
  const runner = dataSource.createQueryRunner();
  try {
    const client = (await runner.connect()) as ClientBase & { end: () => Promise<void> };
    const begun = client.query('BEGIN');
    // Without a transaction each further statement would commit alone, so there is none.
    begun.catch(() => client.end());
    // What TypeORM's `startTransaction` notes once the server has answered.
    Object.assign(runner, { isTransactionActive: true, transactionDepth: 1 });
    const result = await work(runner.manager);
    await begun;
    await runner.commitTransaction();
    return result;
  } catch (error) {
    // After a lost connection there is nothing to roll back.
    await runner.rollbackTransaction().catch(() => undefined);
    throw error;
  } finally {
    await runner.release();
  }
}

/**
 * Waits for statements of one transaction that were started together: they share a round trip. It rejects only once all have ended, so that
 * none of them runs after the rollback.
 */
export async function allTogether<T extends readonly unknown[] | []>(
  statements: T,
): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
  await Promise.allSettled(statements);
  return Promise.all(statements);
}

export type AfterCommitCallback = () => void;

const callbacks = new WeakMap<QueryRunner, AfterCommitCallback[]>();

/**
 * Runs `callback` after the commit, and not after a rollback: for log lines and counts, which cannot be undone. A rollback
 * to a savepoint does not remove callbacks, so register them last.
 */
export function afterCommit({ queryRunner }: EntityManager, callback: AfterCommitCallback): void {
  if (!queryRunner) throw new Error('only a transaction can commit');
  const registered = callbacks.get(queryRunner);
  if (registered) registered.push(callback);
  else callbacks.set(queryRunner, [callback]);
}

export const afterCommitCallbacks = ({ queryRunner }: EntityManager): AfterCommitCallback[] =>
  (queryRunner && callbacks.get(queryRunner)) ?? [];
