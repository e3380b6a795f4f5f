import { setTimeout as sleep } from 'node:timers/promises';
import {
  listPlacedRequests,
  ordersAccepted,
  PLACED_REQUESTS_MAX,
  stockDepleted,
  stockReplenished,
  type Order,
  type OrderStatusChanged,
  type PlaceOrderRequest,
} from '@doorbuster/contracts';
import { subscribeToEvents } from '@doorbuster/messaging';
import type { Logger } from '@doorbuster/telemetry';
import {
  Inject,
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { ClientNats } from '@nestjs/microservices';
import { metrics, trace } from '@opentelemetry/api';
import { OrderStatusSubscriber } from '../order-status/order-status-subscriber.js';
import { ProblemException } from '../problem/problem.exception.js';
import { RpcClient } from '../rpc/rpc-client.js';
import { LOGGER } from '../tokens.js';
import { bitsOf, BloomFilter, poolOf, SoldOutPools, type PoolKey } from './sold-out-state.js';
import { StockCheck } from './stock-check.js';

/** A request that is repeated later finds its order while there is stock, and is refused otherwise. */
const RETENTION_MS = 24 * 60 * 60 * 1_000;
/** Margin for the time until a lost connection is detected, and for the clocks that made the ids of orders. */
const GAP_MARGIN_MS = 10 * 60 * 1_000;
const RETRY_PAUSE_MS = 1_000;

/** Maximum pending orders whose pools are kept. */
const FOLLOWED_MAX = 10_000;

const meter = metrics.getMeter('doorbuster.gateway');
const refusals = meter.createCounter('doorbuster.gate.refusals', {
  description: 'Orders that the gateway refused because their SKU is sold out.',
  unit: '{order}',
});
const soldOutSkus = meter.createObservableGauge('doorbuster.sold_out.skus', {
  description: 'SKUs that the gateway knows to be sold out.',
  unit: '{sku}',
});

type RequestKey = Pick<PlaceOrderRequest, 'customerId' | 'idempotencyKey'>;
type Request = RequestKey & Pick<PlaceOrderRequest, 'body'>;

/**
 * Requests of the last day that may have orders: from this gateway, from other replicas (by events) and from before the
 * start (by reading them). While one of them may be missing, every request counts as known.
 */
@Injectable()
export class AcceptedRequestIndex implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly filter = new BloomFilter(RETENTION_MS, Date.now);
  /** Only those with an order: a request that was refused may be placed on its next try. */
  private readonly orders = new BloomFilter(RETENTION_MS, Date.now);
  /** Number of the current catch-up; an older one stops. */
  private gaps = 0;
  private isComplete = false;

  constructor(
    private readonly rpc: RpcClient,
    private readonly client: ClientNats,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    const connection = await this.client.connect();
    subscribeToEvents({ connection, logger: this.logger }, ordersAccepted, ({ data }) =>
      data.requests.forEach(this.accepted),
    );
    let missedFrom = Date.now() - RETENTION_MS;
    this.client.on('disconnect', () => {
      if (this.isComplete) missedFrom = Date.now() - GAP_MARGIN_MS;
      this.isComplete = false;
    });
    this.client.on('reconnect', () => void this.catchUp(missedFrom));
    void this.catchUp(missedFrom);
  }

  beforeApplicationShutdown(): void {
    this.gaps += 1;
  }

  /** Records a request that is let through, so it may get an order. */
  readonly add = ({ customerId, idempotencyKey }: RequestKey): void =>
    this.filter.add(bitsOf(customerId, idempotencyKey));

  /** Records a request that has an order. */
  readonly accepted = ({ customerId, idempotencyKey }: RequestKey): void => {
    const bits = bitsOf(customerId, idempotencyKey);
    this.filter.add(bits);
    this.orders.add(bits);
  };

  /** Whether the request is known to have an order. False may be wrong while events may be missing. */
  hasOrder({ customerId, idempotencyKey }: RequestKey): boolean {
    return this.orders.mayHave(bitsOf(customerId, idempotencyKey));
  }

  /** Whether the request may have an order. */
  mayHave({ customerId, idempotencyKey }: RequestKey): boolean {
    return !this.isComplete || this.filter.mayHave(bitsOf(customerId, idempotencyKey));
  }

  /** Reads all requests that were accepted since then. */
  private async catchUp(sinceMs: number): Promise<void> {
    this.gaps += 1;
    const gap = this.gaps;
    let after: string | null = firstIdOf(sinceMs);
    while (after !== null && gap === this.gaps) after = await this.readPage(after);
    if (gap === this.gaps) this.isComplete = true;
  }

  /** @returns the last order of a full page, `null` after the last page; `after` again when orders does not answer */
  private async readPage(after: string): Promise<string | null> {
    try {
      const { requests, last, hasMore } = await this.rpc.call(listPlacedRequests, { after });
      requests.forEach(this.accepted);
      // Events tell of all that is accepted from now on.
      return (hasMore ?? requests.length === PLACED_REQUESTS_MAX) ? last : null;
    } catch (err) {
      this.logger.debug({ err }, 'cannot read the latest requests yet');
      await sleep(RETRY_PAUSE_MS, undefined, { ref: false });
      return after;
    }
  }
}

/** Orders have ids of version 7, which begin with the time: https://www.rfc-editor.org/rfc/rfc9562#section-5.7 */
function firstIdOf(ms: number): string {
  const time = ms.toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-000000000000`;
}

/** Refuses sold-out orders locally. Letting one through is safe, since inventory refuses it; refusing wrongly is not. */
@Injectable()
export class SoldOutGate implements OnApplicationBootstrap {
  private readonly followed = new Map<string, PoolKey[]>();

  constructor(
    private readonly pools: SoldOutPools,
    private readonly check: StockCheck,
    private readonly requests: AcceptedRequestIndex,
    private readonly statuses: OrderStatusSubscriber,
    private readonly client: ClientNats,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    const connection = await this.client.connect();
    const subscribe = (contract: typeof stockDepleted | typeof stockReplenished, isEmpty: boolean): void =>
      subscribeToEvents({ connection, logger: this.logger }, contract, ({ data, time }) =>
        this.pools.applyEvent(poolOf(data), isEmpty, Date.parse(time)),
      );
    subscribe(stockDepleted, true);
    subscribe(stockReplenished, false);
    this.client.on('reconnect', () => this.pools.clear());
    this.statuses.onEvery((status) => this.applyStatus(status));
    // Exports the counter before the first refusal.
    refusals.add(0);
    soldOutSkus.addCallback((result) => result.observe(this.pools.count));
  }

  /** Whether any pool is known to be sold out. */
  get isClosed(): boolean {
    return this.pools.count > 0;
  }

  /** @throws {ProblemException} OUT_OF_STOCK */
  assertAvailable(request: Request): void {
    const refusal = this.refusalOf(request);
    if (refusal === undefined) {
      this.requests.add(request);
      return;
    }
    trace.getActiveSpan()?.setAttribute('doorbuster.gate.refused', true);
    throw refusal;
  }

  /** OUT_OF_STOCK; `undefined` for an available order. A request that may have an order is never refused: it gets its first answer again. */
  refusalOf(request: Request): ProblemException | undefined {
    if (!this.isClosed) return undefined;
    const soldOut = request.body.items.find((line) => this.isSoldOut(poolOf(line)));
    if (soldOut === undefined || this.requests.mayHave(request)) return undefined;
    refusals.add(1);
    return new ProblemException('OUT_OF_STOCK', `${soldOut.sku} is sold out, and nothing was charged.`);
  }

  /** Checks the pools of an order if it is rejected for lack of stock. */
  follow({ id, status, lines }: Order): void {
    if (status !== 'PENDING') return;
    const [oldest] = this.followed.size < FOLLOWED_MAX ? [] : this.followed.keys();
    if (oldest !== undefined) this.followed.delete(oldest);
    this.followed.set(id, [...new Set(lines.map(poolOf))]);
    const last = this.statuses.lastOf(id);
    if (last) this.applyStatus(last);
  }

  private isSoldOut(pool: PoolKey): boolean {
    if (this.pools.isSuspect(pool)) this.check.of(pool);
    return this.pools.isSoldOut(pool);
  }

  /** A SKU that sold out before we subscribed is detected by its first rejected order. */
  private applyStatus({ orderId, reason }: OrderStatusChanged): void {
    const pools = this.followed.get(orderId);
    this.followed.delete(orderId);
    if (pools === undefined || !reason?.startsWith('OUT_OF_STOCK')) return;
    for (const pool of pools) if (this.pools.isUncertain(pool)) this.check.of(pool);
  }
}
