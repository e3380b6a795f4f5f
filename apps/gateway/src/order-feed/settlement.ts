import type { Actor, Order, OrderStatus, OrderStatusChanged } from '@doorbuster/contracts';
import { Injectable } from '@nestjs/common';
import { Tally } from '../edge/tally.js';
import { waitingRequests } from './feed-metrics.js';
import { OrderFeed } from '../order-status/order-status-subscriber.js';
import { OrderLookup } from '../order-status/order-reader.js';

/** Beyond so many a request is answered at once, as if it had not asked to wait. */
const WAITING_MAX = 20_000;
/** Likewise of a customer, who may have as many orders that are not settled, and of an address. */
const WAITING_PER_CUSTOMER_MAX = 40;
const WAITING_PER_ADDRESS_MAX = WAITING_MAX / 2;

export interface Wait {
  actor: Actor;
  /** Where the caller is, as `networkOf` gives it. */
  network: string;
  order: Order;
  until: readonly OrderStatus[];
  waitMs: number;
}

/** Waits for an order to get somewhere. */
@Injectable()
export class Settlement {
  private waiting = 0;
  private readonly byCustomer = new Tally(WAITING_PER_CUSTOMER_MAX);
  private readonly byNetwork = new Tally(WAITING_PER_ADDRESS_MAX);

  constructor(
    private readonly feed: OrderFeed,
    private readonly lookup: OrderLookup,
  ) {}

  /**
   * The order once it has one of the statuses, or as it is when the time is over or the gateway shuts down; `undefined`
   * when too many wait already.
   */
  async of(wait: Wait): Promise<Order | undefined> {
    const { actor, order, until, waitMs } = wait;
    if (until.includes(order.status)) return order;
    const heard = this.feed.lastOf(order.id);
    if (heard && until.includes(heard.status)) return withStatus(order, heard);
    if (waitMs === 0) return order;
    if (!this.begin(wait)) return undefined;
    try {
      const settled = await this.hear(wait);
      // Silence proves nothing: the one who answers in the end is the one who knows.
      return settled ?? (await this.lookup.glance(actor, order.id)) ?? order;
    } finally {
      this.end(wait);
    }
  }

  /** @returns false when there is no room for another wait. The caller then answers 202: a placed order is never an error. */
  private begin({ actor, network }: Wait): boolean {
    if (this.waiting >= WAITING_MAX || !this.byCustomer.take(actor.customerId)) return false;
    if (!this.byNetwork.take(network)) {
      this.byCustomer.give(actor.customerId);
      return false;
    }
    this.waiting += 1;
    waitingRequests.add(1);
    return true;
  }

  private end({ actor, network }: Wait): void {
    this.waiting -= 1;
    this.byCustomer.give(actor.customerId);
    this.byNetwork.give(network);
    waitingRequests.add(-1);
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
