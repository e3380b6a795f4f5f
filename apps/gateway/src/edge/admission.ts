import type { Order } from '@doorbuster/contracts';
import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import type { GatewayConfig } from '../gateway.config.js';
import { OrderFeed } from '../order-status/order-status-subscriber.js';
import { ProblemException } from '../problem/problem.exception.js';
import { CONFIG } from '../tokens.js';
import { countHolderRefusal, countOverload, observe } from './admission-metrics.js';
import { ConcurrencyLimit } from '../admission/concurrency-limit.js';
import { Holders, type Holder } from '../admission/holders.js';
import { Rate } from '../admission/rate.js';
import { retryAfterSeconds } from '../admission/retry-after.js';

const IN_FLIGHT_AT_FIRST = 1_024;
/** Even when everything takes long, because of a slow bank for one, so many are let in. */
const IN_FLIGHT_MIN = 128;
const SETTLED_WITHIN_MS = 1_000;
const WINDOW_MS = 250;
const SAMPLES_MIN = 20;
/** A checkout that takes longer is slow. It moves to the places for slow ones while one of those is free. */
const SLOW_AFTER_MS = 2_000;
/** While none is free it keeps its place for at most this long. */
const PLACE_KEPT_MS = 10_000;
/** Slow checkouts get one additional place for this many of the maximum. Payments can ask the provider for twice as many at once. */
const SLOW_SHARE = 4;
/** After this time without an event the order is stuck, or its last event was missed. It is no longer counted. */
const FORGOTTEN_AFTER_MS = 120_000;

interface Checkout {
  holder: Holder;
  beganAt: number;
  isSlow: boolean;
}

/**
 * Lets in as many checkouts as settle in good time, and refuses the others at once. A checkout is under way from the
 * moment that its request is let in until its order is confirmed or rejected, whether a client waits for that or not.
 * Slow ones have places of their own, and a customer and a network only so many of them, so that cards without an answer
 * take no places from other customers.
 */
@Injectable()
export class Admission implements OnApplicationBootstrap {
  private readonly checkouts: ConcurrencyLimit;
  /** Accepted, not settled and not slow, oldest first. */
  private readonly fresh = new Map<string, Checkout>();
  /** Accepted, not settled and slow, oldest first. */
  private readonly slow = new Map<string, Checkout>();
  /** Orders of customers with a slow order, which are being accepted. */
  private slowBeginning = 0;
  private readonly slowMax: number;
  private readonly holders = new Holders();
  private readonly refused = new Rate(() => performance.now());
  private readonly settled = new Rate(() => performance.now());
  private readonly limits: GatewayConfig['unsettledOrders'];

  constructor(
    private readonly feed: OrderFeed,
    @Inject(CONFIG) { checkoutsInFlightMax, unsettledOrders }: GatewayConfig,
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
    this.feed.onEvery(({ orderId }) => this.settle(orderId));
    observe(this.checkouts, () => this.slow.size);
  }

  /** Why there is no room for one more; `undefined` when there is. */
  refusal(): ProblemException | undefined {
    this.moveOn();
    return this.checkouts.isReached ? this.overloaded() : undefined;
  }

  /**
   * @throws {ProblemException} TOO_MANY_UNSETTLED_ORDERS for a customer or a network that holds too many. Not to be asked
   * for a request that may have an order already: that one gets its answer again.
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
    // A customer's next order is likely to be slow when one is slow already, so it takes a place for slow ones.
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

  /** @returns false for a repeated request whose order is followed already, or is settled */
  private follow({ id, status }: Order, checkout: Checkout): boolean {
    if (status !== 'PENDING' || this.fresh.has(id) || this.slow.has(id)) {
      this.holders.end(checkout.holder, checkout.isSlow);
      return false;
    }
    (checkout.isSlow ? this.slow : this.fresh).set(id, checkout);
    if (this.feed.lastOf(id)) this.settle(id);
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

  /** Moves slow orders to their own places, and forgets orders without an event for too long. */
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

  /** The limit learns from the first slow order of a customer: many of one customer say no more than one. */
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
