import type { EntityManager, QueryRunner } from 'typeorm';

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
