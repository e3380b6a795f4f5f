import type { Order } from '@doorbuster/contracts';
import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import type { GatewayConfig } from '../config.js';
import { OrderFeed } from '../order-feed/order-feed.js';
import { ProblemException } from '../problem/problem.exception.js';
import { CONFIG } from '../tokens.js';
import { countOverload, observe } from './admission-metrics.js';
import { ConcurrencyLimit } from './concurrency-limit.js';
import { Rate } from './rate.js';
import { retryAfterSeconds } from './retry-after.js';

const IN_FLIGHT_AT_FIRST = 1_024;
/** Even when everything takes long, because of a slow bank for one, so many are let in. */
const IN_FLIGHT_MIN = 128;
const SETTLED_WITHIN_MS = 1_000;
const WINDOW_MS = 250;
const SAMPLES_MIN = 20;
/** An order that nothing was heard of for so long is stuck, or its end was missed. It burdens nobody. */
const FORGOTTEN_AFTER_MS = 10_000;

/**
 * Lets in as many checkouts as settle in good time, and refuses the others at once. A checkout is under way from the
 * moment that its request is let in until its order is confirmed or rejected, whether somebody waits for that or not.
 */
@Injectable()
export class Admission implements OnApplicationBootstrap {
  private readonly checkouts: ConcurrencyLimit;
  /** When those that were accepted and are not settled began, oldest first. */
  private readonly accepted = new Map<string, number>();
  private readonly refused = new Rate(() => performance.now());
  private readonly settled = new Rate(() => performance.now());

  constructor(
    @Inject(OrderFeed) private readonly feed: OrderFeed,
    @Inject(CONFIG) { checkoutsInFlightMax }: GatewayConfig,
  ) {
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
    observe(this.checkouts);
  }

  /** Why there is no room for one more; `undefined` when there is. */
  refusal(): ProblemException | undefined {
    this.forgetOld();
    if (!this.checkouts.isReached) return undefined;
    this.refused.add();
    countOverload();
    const seconds = String(retryAfterSeconds(this.refused.perSecond, this.settled.perSecond, Math.random()));
    return new ProblemException(
      'SERVICE_OVERLOADED',
      'More orders come in than can be served. Try again after Retry-After, with the same Idempotency-Key.',
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

  /** @throws {ProblemException} SERVICE_OVERLOADED, or what `place` throws */
  async admit(place: () => Promise<Order>): Promise<Order> {
    const refusal = this.refusal();
    if (refusal) throw refusal;
    const beganAt = this.checkouts.begin();
    try {
      const order = await place();
      this.follow(order, beganAt);
      return order;
    } catch (error) {
      if (error instanceof ProblemException && error.code === 'SERVICE_TIMEOUT') this.checkouts.end(beganAt);
      else this.checkouts.forget();
      throw error;
    }
  }

  private follow({ id, status }: Order, beganAt: number): void {
    const isRepetition = status !== 'PENDING' || this.accepted.has(id);
    if (isRepetition) this.checkouts.forget();
    else {
      this.accepted.set(id, beganAt);
      if (this.feed.lastOf(id)) this.settle(id);
    }
  }

  private settle(orderId: string): void {
    const beganAt = this.accepted.get(orderId);
    if (beganAt === undefined) return;
    this.accepted.delete(orderId);
    this.settled.add();
    this.checkouts.end(beganAt);
  }

  private forgetOld(): void {
    const before = performance.now() - FORGOTTEN_AFTER_MS;
    for (const [orderId, beganAt] of this.accepted) {
      if (beganAt > before) return;
      this.accepted.delete(orderId);
      this.checkouts.forget();
    }
  }
}
