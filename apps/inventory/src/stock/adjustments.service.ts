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
import type { AdjustmentEntity } from './adjustment.entity.js';
import { AdjustmentsRepository } from './adjustments.repository.js';
import { availabilityEvents } from './availability.events.js';
import { decideAdjustment } from './domain/decide-adjustment.js';
import { sumOf, type StockPool } from './domain/stock-pool.js';
import { StockRepository } from './stock.repository.js';

type AdjustmentRequest = RequestOf<typeof adjustStock>;

/** Receives stock and writes it off, once for each SKU and idempotency key. */
@Injectable()
export class AdjustmentsService {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly adjustments: AdjustmentsRepository,
    private readonly stock: StockRepository,
  ) {}

  /** The SKU must have a stock row. */
  adjust(request: AdjustmentRequest): Promise<Reply<StockLevels>> {
    const { actor, sku, idempotencyKey, delta, reason } = request;
    const action = { actor, action: 'adjust-stock', target: sku, request: { delta, reason } };
    const adjust = async (tx: EntityManager): Promise<Decided<StockLevels>> => {
      // Adjustments of a SKU wait for each other here, so a concurrent request with the same key is visible afterwards.
      const pools = await this.stock.lockAllOf(tx, [sku]);
      const earlier = await this.adjustments.find(tx, sku, idempotencyKey);
      if (earlier) {
        return { result: repeatedReply(earlier, request), events: [], audit: { isRepeated: true } };
      }
      return this.apply(tx, pools, request);
    };
    return this.unitOfWork.run(audited(action, adjust), { commitBy: request.commitBy });
  }

  private async apply(
    tx: EntityManager,
    pools: readonly StockPool[],
    { sku, idempotencyKey, delta, reason }: AdjustmentRequest,
  ): Promise<Decided<StockLevels>> {
    const before = pools.find(({ saleId }) => saleId === undefined);
    if (!before) throw new Error(`${sku} has no stock row any more`);
    const ofSales = pools.filter((pool) => pool !== before);
    const decision = decideAdjustment(before, sumOf(sku, ofSales).received, delta);
    const answer = decision.ok ? accept(sumOf(sku, [decision.value, ...ofSales])) : decision;
    await this.adjustments.insert(tx, { sku, idempotencyKey, delta, reason, answer });
    const audit = { before: sumOf(sku, pools) };
    if (!decision.ok) return { result: answer, events: [], audit };
    const changes = [{ before, after: decision.value, commandIndex: 0 }];
    await this.stock.move(tx, changes);
    return { result: answer, events: availabilityEvents(changes, activeTraceparent), audit };
  }
}

function repeatedReply(earlier: AdjustmentEntity, { delta, reason }: AdjustmentRequest): Reply<StockLevels> {
  if (earlier.delta === delta && earlier.reason === reason) return earlier.answer;
  return refuse('IDEMPOTENCY_KEY_REUSED', 'This Idempotency-Key belongs to an adjustment with another body.');
}
