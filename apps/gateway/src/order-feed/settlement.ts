import type { Actor, Order, OrderStatus, OrderStatusChanged } from '@doorbuster/contracts';
import { Inject, Injectable } from '@nestjs/common';
import { waitingRequests } from './feed-metrics.js';
import { OrderFeed } from './order-feed.js';
import { OrderLookup } from './order-lookup.js';

/** Beyond so many a request is answered at once, as if it had not asked to wait. */
const WAITING_MAX = 20_000;

export interface Wait {
  actor: Actor;
  order: Order;
  until: readonly OrderStatus[];
  waitMs: number;
}

/** Waits for an order to get somewhere. */
@Injectable()
export class Settlement {
  private waiting = 0;

  constructor(
    @Inject(OrderFeed) private readonly feed: OrderFeed,
    @Inject(OrderLookup) private readonly lookup: OrderLookup,
  ) {}

  /** The order once it has one of the statuses, or as it is when the time is over or the gateway shuts down. */
  async of({ actor, order, until, waitMs }: Wait): Promise<Order> {
    if (until.includes(order.status)) return order;
    const heard = this.feed.lastOf(order.id);
    if (heard && until.includes(heard.status)) return withStatus(order, heard);
    if (waitMs === 0 || this.waiting >= WAITING_MAX) return order;
    this.waiting += 1;
    waitingRequests.add(1);
    try {
      const settled = await this.hear({ actor, order, until, waitMs });
      // Silence proves nothing: the one who answers in the end is the one who knows.
      return settled ?? (await this.lookup.glance(actor, order.id)) ?? order;
    } finally {
      this.waiting -= 1;
      waitingRequests.add(-1);
    }
  }

  private hear({ actor, order, until, waitMs }: Wait): Promise<Order | undefined> {
    return new Promise((resolve) => {
      let ended = false;
      const end = (outcome: Order | undefined): void => {
        clearTimeout(timer);
        unwatch();
        ended = true;
        resolve(outcome);
      };
      const timer = setTimeout(end, waitMs, undefined);
      const unwatch = this.feed.watch(order.id, {
        changed: (status) => {
          if (until.includes(status.status)) end(withStatus(order, status));
        },
        gap: () => {
          void this.lookup
            .afterGap(actor, order.id, () => ended)
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
