import type { Order } from '@doorbuster/contracts';
import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { GatewayConfig } from '../gateway.config.js';
import { OrderStatusSubscriber } from '../order-status/order-status-subscriber.js';
import { ProblemException } from '../problem/problem.exception.js';
import { countHolderRefusal, countOverload, observe } from './admission-metrics.js';
import { ConcurrencyLimit, RateMeter } from './limits.js';

/** The customer and the network that an unsettled order counts for. */
export interface Holder {
  customerId: string;
  /** From `networkOf`. */
  network: string;
}

interface Counts {
  unsettled: number;
  slow: number;
}

const NONE: Readonly<Counts> = { unsettled: 0, slow: 0 };

/** Counts the unsettled orders of each customer, and the slow ones of each customer and network. */
class Holders {
  private readonly customers = new Map<string, Counts>();
  private readonly slowByNetwork = new Map<string, number>();

  unsettledOf({ customerId }: Holder): number {
    return (this.customers.get(customerId) ?? NONE).unsettled;
  }

  slowOf({ customerId }: Holder): number {
    return (this.customers.get(customerId) ?? NONE).slow;
  }

  slowFrom({ network }: Holder): number {
    return this.slowByNetwork.get(network) ?? 0;
  }

  begin({ customerId }: Holder): void {
    const counts = this.customers.get(customerId);
    if (counts) counts.unsettled += 1;
    else this.customers.set(customerId, { unsettled: 1, slow: 0 });
  }

  /** Records that an unsettled order is slow. */
  slow(holder: Holder): void {
    const counts = this.customers.get(holder.customerId);
    if (counts) counts.slow += 1;
    this.slowByNetwork.set(holder.network, this.slowFrom(holder) + 1);
  }

  end(holder: Holder, wasSlow: boolean): void {
    const counts = this.customers.get(holder.customerId);
    if (counts) {
      counts.unsettled -= 1;
      if (wasSlow) counts.slow -= 1;
      if (counts.unsettled === 0) this.customers.delete(holder.customerId);
    }
    if (!wasSlow) return;
    const left = this.slowFrom(holder) - 1;
    if (left > 0) this.slowByNetwork.set(holder.network, left);
    else this.slowByNetwork.delete(holder.network);
  }
}

const RETRY_AFTER_SECONDS_MAX = 30;

/**
 * A random number of seconds, spread over the time that it takes to serve all refused clients.
 * @param random from 0 to 1, exclusive
 */
export function retryAfterSeconds(
  refusedPerSecond: number,
  settledPerSecond: number,
  random: number,
): number {
  const drain = refusedPerSecond / Math.max(1, settledPerSecond);
  return 1 + Math.floor(random * Math.min(RETRY_AFTER_SECONDS_MAX, drain));
}

const IN_FLIGHT_AT_FIRST = 1_024;
/** Lower bound of the limit, also while everything is slow, for example because of a slow bank. */
const IN_FLIGHT_MIN = 128;
const SETTLED_WITHIN_MS = 1_000;
const WINDOW_MS = 250;
const SAMPLES_MIN = 20;
/** A checkout is slow after this time. It then moves to a place for slow ones, if one is free. */
const SLOW_AFTER_MS = 2_000;
/** Without a free place for slow ones it keeps its place until this age. */
const PLACE_KEPT_MS = 10_000;
/** There is one place for slow checkouts for this many of the maximum. Payments can call the provider for twice as many at once. */
const SLOW_SHARE = 4;
/** Age at which an order without an event is no longer counted: it is stuck, or its last event was lost. */
const FORGOTTEN_AFTER_MS = 120_000;

interface Checkout {
  holder: Holder;
  beganAt: number;
  isSlow: boolean;
}

/**
 * Admits as many checkouts as settle within a second, and refuses the others at once. A checkout is in flight from its
 * admission until its order is confirmed or rejected. Slow ones have places of their own, limited by customer and
 * network, so that cards without an answer take no places from other customers.
 */
@Injectable()
export class Admission implements OnApplicationBootstrap {
  private readonly checkouts: ConcurrencyLimit;
  /** Accepted, unsettled and not slow, oldest first. */
  private readonly fresh = new Map<string, Checkout>();
  /** Accepted, unsettled and slow, oldest first. */
  private readonly slow = new Map<string, Checkout>();
  /** Orders in places for slow ones that are not accepted yet. */
  private slowBeginning = 0;
  private readonly slowMax: number;
  private readonly holders = new Holders();
  private readonly refused = new RateMeter(() => performance.now());
  private readonly settled = new RateMeter(() => performance.now());
  private readonly limits: GatewayConfig['unsettledOrders'];

  constructor(
    private readonly statuses: OrderStatusSubscriber,
    { checkoutsInFlightMax, unsettledOrders }: GatewayConfig,
  ) {
    this.limits = unsettledOrders;
    this.slowMax = Math.ceil(checkoutsInFlightMax / SLOW_SHARE);
    this.checkouts = new ConcurrencyLimit({
      initial: IN_FLIGHT_AT_FIRST,
      min: Math.min(IN_FLIGHT_MIN, checkoutsInFlightMax),
      max: checkoutsInFlightMax,
      targetMs: SETTLED_WITHIN_MS,
      windowMs: WINDOW_MS,
      samplesMin: SAMPLES_MIN,
      now: () => performance.now(),
    });
  }

  onApplicationBootstrap(): void {
    this.statuses.onEvery(({ orderId }) => this.settle(orderId));
    observe(this.checkouts, () => this.slow.size);
  }

  /** SERVICE_OVERLOADED; `undefined` when there is room for one more. */
  refusal(): ProblemException | undefined {
    this.moveOn();
    return this.checkouts.isReached ? this.overloaded() : undefined;
  }

  /**
   * Not for a request that may have an order already: that one gets its first answer again.
   * @throws {ProblemException} TOO_MANY_UNSETTLED_ORDERS for a customer or a network that holds too many
   */
  assertMayHold(holder: Holder): void {
    this.moveOn();
    const { perCustomerMax, slowPerAddressMax } = this.limits;
    const isCustomerFull = this.holders.unsettledOf(holder) >= (perCustomerMax ?? Infinity);
    if (!isCustomerFull && this.holders.slowFrom(holder) < (slowPerAddressMax ?? Infinity)) return;
    countHolderRefusal();
    throw new ProblemException(
      'TOO_MANY_UNSETTLED_ORDERS',
      isCustomerFull
        ? `You have ${perCustomerMax} orders that are not settled. Try again after Retry-After, with the same Idempotency-Key.`
        : `${slowPerAddressMax} orders from your network wait for their payment. Try again after Retry-After, with the same Idempotency-Key.`,
    );
  }

  /** @throws {ProblemException} SERVICE_OVERLOADED, or what `place` throws */
  async admit(holder: Holder, place: () => Promise<Order>): Promise<Order> {
    this.moveOn();
    // The next order of a customer with a slow one is likely to be slow, so it takes a place for slow ones.
    return this.holders.slowOf(holder) > 0 ? this.admitSlow(holder, place) : this.admitFresh(holder, place);
  }

  private async admitFresh(holder: Holder, place: () => Promise<Order>): Promise<Order> {
    if (this.checkouts.isReached) throw this.overloaded();
    const checkout = { holder, beganAt: this.checkouts.begin(), isSlow: false };
    this.holders.begin(holder);
    try {
      const order = await place();
      if (!this.follow(order, checkout)) this.checkouts.forget();
      return order;
    } catch (error) {
      this.holders.end(holder, false);
      const isTimeout = error instanceof ProblemException && error.code === 'SERVICE_TIMEOUT';
      if (isTimeout) this.checkouts.end(checkout.beganAt);
      else this.checkouts.forget();
      throw error;
    }
  }

  private async admitSlow(holder: Holder, place: () => Promise<Order>): Promise<Order> {
    if (this.slow.size + this.slowBeginning >= this.slowMax) throw this.overloaded();
    this.slowBeginning += 1;
    this.holders.begin(holder);
    this.holders.slow(holder);
    try {
      const order = await place();
      this.follow(order, { holder, beganAt: performance.now(), isSlow: true });
      return order;
    } catch (error) {
      this.holders.end(holder, true);
      throw error;
    } finally {
      this.slowBeginning -= 1;
    }
  }

  /** @returns false for a repeated request whose order is followed already or settled */
  private follow({ id, status }: Order, checkout: Checkout): boolean {
    if (status !== 'PENDING' || this.fresh.has(id) || this.slow.has(id)) {
      this.holders.end(checkout.holder, checkout.isSlow);
      return false;
    }
    (checkout.isSlow ? this.slow : this.fresh).set(id, checkout);
    if (this.statuses.lastOf(id)) this.settle(id);
    return true;
  }

  private settle(orderId: string): void {
    const checkout = this.fresh.get(orderId) ?? this.slow.get(orderId);
    if (checkout === undefined) return;
    this.settled.add();
    this.holders.end(checkout.holder, checkout.isSlow);
    if (this.fresh.delete(orderId)) this.checkouts.end(checkout.beganAt);
    else this.slow.delete(orderId);
  }

  /** Moves slow orders to their own places, and drops orders that had no event for too long. */
  private moveOn(): void {
    const now = performance.now();
    for (const [orderId, checkout] of this.fresh) {
      const ageMs = now - checkout.beganAt;
      const isRoom = this.slow.size + this.slowBeginning < this.slowMax;
      if (ageMs < SLOW_AFTER_MS || (!isRoom && ageMs < PLACE_KEPT_MS)) break;
      this.becomeSlow(orderId, checkout);
    }
    for (const [orderId, { holder, beganAt }] of this.slow) {
      if (now - beganAt < FORGOTTEN_AFTER_MS) break;
      this.slow.delete(orderId);
      this.holders.end(holder, true);
    }
  }

  /** Only the first slow order of a customer is a sample for the limit, so that one customer cannot lower it. */
  private becomeSlow(orderId: string, checkout: Checkout): void {
    this.fresh.delete(orderId);
    if (this.holders.slowOf(checkout.holder) === 0) this.checkouts.end(checkout.beganAt);
    else this.checkouts.forget();
    this.holders.slow(checkout.holder);
    this.slow.set(orderId, { ...checkout, isSlow: true });
  }

  private overloaded(): ProblemException {
    this.refused.add();
    countOverload();
    const seconds = String(retryAfterSeconds(this.refused.perSecond, this.settled.perSecond, Math.random()));
    return new ProblemException(
      'SERVICE_OVERLOADED',
      'Too many orders are coming in. Try again after Retry-After, with the same Idempotency-Key.',
      {
        headers: {
          'retry-after': seconds,
          'ratelimit-limit': String(this.checkouts.limit),
          'ratelimit-remaining': '0',
          'ratelimit-reset': seconds,
        },
      },
    );
  }
}
