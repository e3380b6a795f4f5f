import type { EntityManager, QueryRunner } from 'typeorm';

export type AfterCommitCallback = () => void;

const effects = new WeakMap<QueryRunner, AfterCommitCallback[]>();

/**
 * Has `effect` run once the transaction has committed, and never when it was rolled back: for what cannot be taken back,
 * such as a line in the log or a count. To be called last: what a savepoint has asked for is not forgotten with it.
 */
export function afterCommit({ queryRunner }: EntityManager, effect: AfterCommitCallback): void {
  if (!queryRunner) throw new Error('only a transaction can commit');
  const waiting = effects.get(queryRunner);
  if (waiting) waiting.push(effect);
  else effects.set(queryRunner, [effect]);
}

/** What is to be done once this transaction has committed. */
export const afterCommitCallbacks = ({ queryRunner }: EntityManager): AfterCommitCallback[] =>
  (queryRunner && effects.get(queryRunner)) ?? [];
