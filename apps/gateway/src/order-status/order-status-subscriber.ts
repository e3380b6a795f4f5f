import { orderStatusChanged, type OrderStatusChanged } from '@doorbuster/contracts';
import type { Logger } from '@doorbuster/telemetry';
import {
  Inject,
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import type { ClientNats } from '@nestjs/microservices';
import { LRUCache } from 'lru-cache';
import { listen } from '../rpc/listen.js';
import { LOGGER, NATS_CLIENT } from '../tokens.js';

/** Somebody who wants to know what becomes of an order. None of these may throw. */
export interface OrderWatcher {
  changed(status: OrderStatusChanged): void;
  /** Changes may have been missed: ask. */
  gap(): void;
  /** There will be no more; the gateway is shutting down. */
  closed(): void;
}

/** An order may settle before the answer to its placing is here; so long and so many are remembered for that. */
const RECENT_MS = 30_000;
const RECENT_MAX = 20_000;

/**
 * Hears every change of every order's status, with one plain subscription, and tells those who watch that order. What
 * is published while NATS is away is lost here; watchers are then told of the gap.
 */
@Injectable()
export class OrderFeed implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly watchers = new Map<string, Set<OrderWatcher>>();
  private readonly listeners: ((status: OrderStatusChanged) => void)[] = [];
  private closing = false;
  private readonly recent = new LRUCache<string, OrderStatusChanged>({ max: RECENT_MAX, ttl: RECENT_MS });

  constructor(
    @Inject(NATS_CLIENT) private readonly client: ClientNats,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await listen(this.client, this.logger, orderStatusChanged, ({ data }) => this.changed(data));
    this.client.on('reconnect', () => this.tellEveryone((watcher) => watcher.gap()));
  }

  /** Ends what waits, so that the HTTP server can close. */
  beforeApplicationShutdown(): void {
    this.closing = true;
    this.tellEveryone((watcher) => watcher.closed());
  }

  /** How many orders somebody watches. */
  get watched(): number {
    return this.watchers.size;
  }

  /** The last status heard of in the last half minute, if it was not PENDING. */
  lastOf(orderId: string): OrderStatusChanged | undefined {
    return this.recent.get(orderId);
  }

  /** Tells the changes of all orders, for good. `listener` may not throw. */
  onEvery(listener: (status: OrderStatusChanged) => void): void {
    this.listeners.push(listener);
  }

  /** @returns what ends the watching */
  watch(orderId: string, watcher: OrderWatcher): () => void {
    const others = this.watchers.get(orderId) ?? new Set();
    this.watchers.set(orderId, others.add(watcher));
    // A connection that is still open may bring requests to the last.
    if (this.closing) queueMicrotask(() => watcher.closed());
    return () => {
      others.delete(watcher);
      if (others.size === 0 && this.watchers.get(orderId) === others) this.watchers.delete(orderId);
    };
  }

  private changed(status: OrderStatusChanged): void {
    if (status.status !== 'PENDING') this.recent.set(status.orderId, status);
    this.watchers.get(status.orderId)?.forEach((watcher) => watcher.changed(status));
    for (const listener of this.listeners) listener(status);
  }

  private tellEveryone(tell: (watcher: OrderWatcher) => void): void {
    for (const watchers of this.watchers.values()) watchers.forEach(tell);
  }
}
