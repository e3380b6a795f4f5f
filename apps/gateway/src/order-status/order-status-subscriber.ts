import {
  orderStatusChanged,
  type Actor,
  type Order,
  type OrderStatus,
  type OrderStatusChanged,
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
import { metrics } from '@opentelemetry/api';
import { Tally } from '../edge/limits.js';
import { LOGGER } from '../tokens.js';
import { OrderReader } from './order-reader.js';

/** An order may get its outcome before the reply to its placing arrives, so outcomes are kept for this time. */
const RECENT_MS = 30_000;
const RECENT_MAX = 20_000;
/** Maximum waits. Beyond it a request is answered at once, as if it had not asked to wait. */
const WAITING_MAX = 20_000;
/** Maximum waits of a customer and of an address. */
const WAITING_PER_CUSTOMER_MAX = 40;
const WAITING_PER_ADDRESS_MAX = WAITING_MAX / 2;

const waits = metrics
  .getMeter('doorbuster.gateway')
  .createObservableUpDownCounter('doorbuster.orders.outcome_waits', {
    description: 'Requests that wait for the outcome of their order (`Prefer: wait`).',
    unit: '{request}',
  });

/** The last status of each order, in two generations: a cache with a time for each entry takes several times as long. */
class RecentStatuses {
  private current = new Map<string, OrderStatusChanged>();
  private previous = new Map<string, OrderStatusChanged>();
  private beganAt = performance.now();

  add(status: OrderStatusChanged): void {
    if (this.current.size >= RECENT_MAX / 2) this.begin();
    this.current.set(status.orderId, status);
  }

  get(orderId: string): OrderStatusChanged | undefined {
    if (performance.now() - this.beganAt >= RECENT_MS) this.begin();
    return this.current.get(orderId) ?? this.previous.get(orderId);
  }

  private begin(): void {
    this.previous = this.current;
    this.current = new Map();
    this.beganAt = performance.now();
  }
}

/** Callbacks of one who follows an order. They must not throw. */
export interface OrderWatcher {
  changed(status: OrderStatusChanged): void;
  /** The connection was lost, so changes may be missing. */
  gap(): void;
  /** The gateway shuts down. No further change follows. */
  closed(): void;
}

/** Subscribes to the status changes of all orders, and calls the watchers of each order. After a reconnection it calls `gap`. */
@Injectable()
export class OrderStatusSubscriber implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly watchers = new Map<string, Set<OrderWatcher>>();
  private readonly listeners: ((status: OrderStatusChanged) => void)[] = [];
  private closing = false;
  private readonly recent = new RecentStatuses();

  constructor(
    private readonly client: ClientNats,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    const connection = await this.client.connect();
    subscribeToEvents({ connection, logger: this.logger }, orderStatusChanged, ({ data }) =>
      this.changed(data),
    );
    this.client.on('reconnect', () => this.callAll((watcher) => watcher.gap()));
  }

  /** Ends waits and streams, so that the HTTP server can close. */
  beforeApplicationShutdown(): void {
    this.closing = true;
    this.callAll((watcher) => watcher.closed());
  }

  /** Number of orders with a watcher. */
  get watched(): number {
    return this.watchers.size;
  }

  /** The last status other than PENDING, for 30 to 60 s. */
  lastOf(orderId: string): OrderStatusChanged | undefined {
    return this.recent.get(orderId);
  }

  /** Calls `listener` for the changes of all orders. It must not throw. */
  onEvery(listener: (status: OrderStatusChanged) => void): void {
    this.listeners.push(listener);
  }

  /** @returns a function that removes the watcher */
  watch(orderId: string, watcher: OrderWatcher): () => void {
    const others = this.watchers.get(orderId) ?? new Set();
    this.watchers.set(orderId, others.add(watcher));
    // An open connection may send requests until it is closed.
    if (this.closing) queueMicrotask(() => watcher.closed());
    return () => {
      others.delete(watcher);
      if (others.size === 0 && this.watchers.get(orderId) === others) this.watchers.delete(orderId);
    };
  }

  private changed(status: OrderStatusChanged): void {
    if (status.status !== 'PENDING') this.recent.add(status);
    this.watchers.get(status.orderId)?.forEach((watcher) => watcher.changed(status));
    for (const listener of this.listeners) listener(status);
  }

  private callAll(call: (watcher: OrderWatcher) => void): void {
    for (const watchers of this.watchers.values()) watchers.forEach(call);
  }
}

export interface OutcomeWait {
  actor: Actor;
  /** The caller's network, from `networkOf`. */
  network: string;
  order: Order;
  /** The wait ends with one of these. */
  until: readonly OrderStatus[];
  waitMs: number;
}

/** Waits until an order has one of the given statuses. */
@Injectable()
export class OrderOutcomeWaiter implements OnApplicationBootstrap {
  private waiting = 0;
  private readonly byCustomer = new Tally(WAITING_PER_CUSTOMER_MAX);
  private readonly byNetwork = new Tally(WAITING_PER_ADDRESS_MAX);

  constructor(
    private readonly statuses: OrderStatusSubscriber,
    private readonly orders: OrderReader,
  ) {}

  onApplicationBootstrap(): void {
    waits.addCallback((result) => result.observe(this.waiting));
  }

  /**
   * The order with one of the statuses. When the time is over or the gateway shuts down, the order as it is.
   * `undefined` when too many requests wait already.
   */
  async of(wait: OutcomeWait): Promise<Order | undefined> {
    const { actor, order, until, waitMs } = wait;
    if (until.includes(order.status)) return order;
    const last = this.statuses.lastOf(order.id);
    if (last && until.includes(last.status)) return withStatus(order, last);
    if (waitMs === 0) return order;
    if (!this.begin(wait)) return undefined;
    try {
      const outcome = await this.nextOf(wait);
      // No event in time: read the order once; orders is authoritative.
      return outcome ?? (await this.orders.tryGet(actor, order.id)) ?? order;
    } finally {
      this.end(wait);
    }
  }

  /** @returns false when there is no room for another wait. The caller then answers 202: a placed order is never an error. */
  private begin({ actor, network }: OutcomeWait): boolean {
    if (this.waiting >= WAITING_MAX || !this.byCustomer.take(actor.customerId)) return false;
    if (!this.byNetwork.take(network)) {
      this.byCustomer.give(actor.customerId);
      return false;
    }
    this.waiting += 1;
    return true;
  }

  private end({ actor, network }: OutcomeWait): void {
    this.waiting -= 1;
    this.byCustomer.give(actor.customerId);
    this.byNetwork.give(network);
  }

  private nextOf({ actor, order, until, waitMs }: OutcomeWait): Promise<Order | undefined> {
    return new Promise((resolve) => {
      let ended = false;
      const end = (outcome: Order | undefined): void => {
        clearTimeout(timer);
        unwatch();
        ended = true;
        resolve(outcome);
      };
      const timer = setTimeout(end, waitMs, undefined);
      const unwatch = this.statuses.watch(order.id, {
        changed: (status) => {
          if (until.includes(status.status)) end(withStatus(order, status));
        },
        gap: () => {
          void this.orders
            .resync(actor, order.id, () => ended)
            .then((now) => now && until.includes(now.status) && end(now));
        },
        closed: () => end(order),
      });
    });
  }
}

const withStatus = (order: Order, { status, reason, at }: OrderStatusChanged): Order => ({
  ...order,
  status,
  reason,
  updatedAt: at,
});
