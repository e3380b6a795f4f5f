import {
  accept,
  refuse,
  type adjustStock,
  type Reply,
  type RequestOf,
  type StockLevels,
} from '@doorbuster/contracts';
import { audited, UnitOfWork, type Decided } from '@doorbuster/persistence';
import { activeTraceparent } from '@doorbuster/telemetry';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { decideAdjustment } from '../domain/decide-adjustment.js';
import { sumOf, type Pool } from '../domain/pool.js';
import { levelEvents } from '../messaging/level-events.js';
import { findAdjustment, insertAdjustment, type Adjustment } from '../persistence/adjustments.repository.js';
import { lockPoolsOf, moveStock } from '../persistence/stock.repository.js';

type AdjustmentRequest = RequestOf<typeof adjustStock>;

/** Receiving stock and writing it off, once for each idempotency key. */
@Injectable()
export class Adjustments {
  constructor(private readonly unitOfWork: UnitOfWork) {}

  /** The SKU has to have a stock row. */
  adjust(request: AdjustmentRequest): Promise<Reply<StockLevels>> {
    const { actor, sku, delta, reason } = request;
    const action = { actor, action: 'adjust-stock', target: sku, request: { delta, reason } };
    const adjust = async (tx: EntityManager): Promise<Decided<StockLevels>> => {
      // The lock makes adjustments of a SKU wait for each other, the same key twice at once included.
      const pools = await lockPoolsOf(tx, [request.sku]);
      const earlier = await findAdjustment(tx, request.sku, request.idempotencyKey);
      if (earlier) {
        return { result: answerAgain(earlier, request), events: [], audit: { isRepeated: true } };
      }
      return this.apply(tx, pools, request);
    };
    return this.unitOfWork.run(audited(action, adjust), { commitBy: request.commitBy });
  }

  private async apply(
    tx: EntityManager,
    pools: readonly Pool[],
    { sku, idempotencyKey, delta, reason }: AdjustmentRequest,
  ): Promise<Decided<StockLevels>> {
    const before = pools.find(({ saleId }) => saleId === undefined);
    if (!before) throw new Error(`the stock row of ${sku} has gone`);
    const ofSales = pools.filter((pool) => pool !== before);
    const decision = decideAdjustment(before, sumOf(sku, ofSales).received, delta);
    const answer = decision.ok ? accept(sumOf(sku, [decision.value, ...ofSales])) : decision;
    await insertAdjustment(tx, { sku, idempotencyKey, delta, reason, answer });
    const audit = { before: sumOf(sku, pools) };
    if (!decision.ok) return { result: answer, events: [], audit };
    const changes = [{ before, after: decision.value, cause: 0 }];
    await moveStock(tx, changes);
    return { result: answer, events: levelEvents(changes, activeTraceparent), audit };
  }
}

function answerAgain(earlier: Adjustment, { delta, reason }: AdjustmentRequest): Reply<StockLevels> {
  if (earlier.delta === delta && earlier.reason === reason) return earlier.answer;
  return refuse('IDEMPOTENCY_KEY_REUSED', 'This Idempotency-Key belongs to an adjustment with another body.');
}
