import {
  stockDepleted,
  stockReplenished,
  type Order,
  type OrderStatusChanged,
  type PlaceOrderRequest,
} from '@doorbuster/contracts';
import type { Logger } from '@doorbuster/telemetry';
import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import type { ClientNats } from '@nestjs/microservices';
import { trace } from '@opentelemetry/api';
import { LRUCache } from 'lru-cache';
import { OrderFeed } from '../order-status/order-status-subscriber.js';
import { ProblemException } from '../problem/problem.exception.js';
import { listen } from '../rpc/listen.js';
import { LOGGER, NATS_CLIENT } from '../tokens.js';
import { countRefusal, observeGate } from './gate-metrics.js';
import { poolOf, type PoolKey } from './pool.js';
import { RequestHistory } from './accepted-request-index.js';
import { SoldOutPools } from './sold-out-pools.js';
import { StockCheck } from './stock-check.js';

/** Orders under way whose SKUs are remembered. */
const FOLLOWED_MAX = 10_000;

type Request = Pick<PlaceOrderRequest, 'customerId' | 'idempotencyKey' | 'body'>;

/**
 * Refuses orders of what is sold out, without a word to anybody. It may err on one side only: an order that it lets
 * through although nothing is left is refused by inventory.
 */
@Injectable()
export class SoldOutGate implements OnApplicationBootstrap {
  private readonly followed = new LRUCache<string, PoolKey[]>({ max: FOLLOWED_MAX });

  constructor(
    private readonly pools: SoldOutPools,
    private readonly check: StockCheck,
    private readonly history: RequestHistory,
    private readonly orders: OrderFeed,
    @Inject(NATS_CLIENT) private readonly client: ClientNats,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    const hear = (contract: typeof stockDepleted, isEmpty: boolean): Promise<void> =>
      listen(this.client, this.logger, contract, ({ data, time }) =>
        this.pools.heard(poolOf(data), isEmpty, Date.parse(time)),
      );
    await hear(stockDepleted, true);
    await hear(stockReplenished, false);
    this.client.on('reconnect', () => this.pools.forget());
    this.orders.onEvery((status) => this.learnFrom(status));
    observeGate(() => this.pools.closed);
  }

  /** Whether anything is known to be sold out. */
  get isClosed(): boolean {
    return this.pools.closed > 0;
  }

  /**
   * Lets an order through, or says that there is nothing left of what it wants.
   * @throws {ProblemException} OUT_OF_STOCK
   */
  pass(request: Request): void {
    const refusal = this.refusalOf(request);
    if (refusal === undefined) {
      this.history.add(request);
      return;
    }
    trace.getActiveSpan()?.setAttribute('doorbuster.gate.refused', true);
    throw refusal;
  }

  /** A request that may have an order already always comes through, to be answered as it was before. */
  refusalOf(request: Request): ProblemException | undefined {
    const soldOut = request.body.items.find((line) => this.isSoldOut(poolOf(line)));
    if (soldOut === undefined || this.history.mayHave(request)) return undefined;
    countRefusal();
    return new ProblemException('OUT_OF_STOCK', `${soldOut.sku} is sold out, and nothing was charged.`);
  }

  /** Learns from what becomes of an order that was let through. */
  follow({ id, status, lines }: Order): void {
    if (status !== 'PENDING') return;
    this.followed.set(id, [...new Set(lines.map(poolOf))]);
    const heard = this.orders.lastOf(id);
    if (heard) this.learnFrom(heard);
  }

  private isSoldOut(pool: PoolKey): boolean {
    if (this.pools.isSuspect(pool)) this.check.of(pool);
    return this.pools.isSoldOut(pool);
  }

  /** What ran out before this process listened, or never was there, is told by the first order that it is refused. */
  private learnFrom({ orderId, reason }: OrderStatusChanged): void {
    const pools = this.followed.get(orderId);
    this.followed.delete(orderId);
    if (pools === undefined || !reason?.startsWith('OUT_OF_STOCK')) return;
    for (const pool of pools) if (this.pools.isUncertain(pool)) this.check.of(pool);
  }
}
