import type { Reply, StockLevels } from '@doorbuster/contracts';
import type { EntityManager } from 'typeorm';

/** An adjustment as it was asked for, and what it was answered with, refusals included. */
export interface Adjustment {
  sku: string;
  idempotencyKey: string;
  delta: number;
  reason: string;
  answer: Reply<StockLevels>;
}

export async function findAdjustment(
  tx: EntityManager,
  sku: string,
  idempotencyKey: string,
): Promise<Adjustment | undefined> {
  const rows: Adjustment[] = await tx.query(
    `select sku, idempotency_key as "idempotencyKey", delta, reason, answer from adjustments
     where sku = $1 and idempotency_key = $2`,
    [sku, idempotencyKey],
  );
  return rows[0];
}

export async function insertAdjustment(tx: EntityManager, adjustment: Adjustment): Promise<void> {
  const { sku, idempotencyKey, delta, reason, answer } = adjustment;
  await tx.query(
    'insert into adjustments (sku, idempotency_key, delta, reason, answer) values ($1, $2, $3, $4, $5::jsonb)',
    [sku, idempotencyKey, delta, reason, JSON.stringify(answer)],
  );
}
