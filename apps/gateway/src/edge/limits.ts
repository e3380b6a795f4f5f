import type { Actor } from '@doorbuster/contracts';
import { networkOf } from '@doorbuster/service/process';
import { Injectable } from '@nestjs/common';
import type { FastifyInstance } from 'fastify';
import { GatewayConfig } from '../gateway.config.js';
import { ProblemException } from '../problem/problem.exception.js';
import { clientAddress, type IsTrusted } from './identity.js';

/** Counts what each key holds, up to a maximum for each key. */
export class Tally {
  private readonly counts = new Map<string, number>();

  /** @param max `null` for no maximum */
  constructor(readonly max: number | null) {}

  /** Counts one more. @returns false when the key has its maximum */
  take(key: string): boolean {
    const count = this.counts.get(key) ?? 0;
    if (this.max !== null && count >= this.max) return false;
    this.counts.set(key, count + 1);
    return true;
  }

  give(key: string): void {
    const count = (this.counts.get(key) ?? 0) - 1;
    if (count > 0) this.counts.set(key, count);
    else this.counts.delete(key);
  }
}

const SECOND_MS = 1_000;

/** Events per second, measured over whole seconds. */
export class RateMeter {
  private second = 0;
  private count = 0;
  private before = 0;

  /** @param now a clock in milliseconds */
  constructor(private readonly now: () => number) {}

  add(): void {
    this.turn();
    this.count += 1;
  }

  /** The larger count of the last second and the current one, so that a burst shows at once. */
  get perSecond(): number {
    this.turn();
    return Math.max(this.count, this.before);
  }

  private turn(): void {
    const second = Math.floor(this.now() / SECOND_MS);
    if (second === this.second) return;
    this.before = second === this.second + 1 ? this.count : 0;
    this.count = 0;
    this.second = second;
  }
}

/**
 * Callers counted one by one in a window. Further callers share one count, so that made-up callers cannot push out the
 * counts of others. It takes this many requests in a second, which is more than a gateway reads.
 */
const CALLERS_MAX = 50_000;
const OTHERS = 'others';

/** The requests that a caller has left in the current second. */
export interface Quota {
  limit: number;
  remaining: number;
  isExceeded: boolean;
}

/** Counts requests by customer, or by network without a known customer, in windows of one second. Each replica counts its own. */
@Injectable()
export class RateLimiter {
  private window = 0;
  private counts = new Map<string, number>();

  constructor(private readonly config: GatewayConfig) {}

  /**
   * Counts one request.
   * @param actor `null` for an unknown caller
   * @returns `undefined` without a limit: for admins, and with `RATE_LIMIT=off`
   */
  take(actor: Actor | null, address: string, now = performance.now()): Quota | undefined {
    const { rates } = this.config;
    if (rates === null || actor?.role === 'admin') return undefined;
    const limit = actor ? rates.perCustomerMax : rates.perAddressMax;
    const count = this.count(actor ? `customer ${actor.customerId}` : networkOf(address), now);
    return { limit, remaining: Math.max(0, limit - count), isExceeded: count > limit };
  }

  private count(caller: string, now: number): number {
    const window = Math.floor(now / SECOND_MS);
    if (window !== this.window) {
      this.window = window;
      this.counts = new Map();
    }
    const key = this.counts.has(caller) || this.counts.size < CALLERS_MAX ? caller : OTHERS;
    const count = (this.counts.get(key) ?? 0) + 1;
    this.counts.set(key, count);
    return count;
  }
}

const quotaHeaders = ({ limit, remaining }: Quota): Record<string, string> => ({
  'ratelimit-limit': String(limit),
  'ratelimit-remaining': String(remaining),
  'ratelimit-reset': '1',
});

export const rateLimited = (quota: Quota): ProblemException =>
  new ProblemException(
    'RATE_LIMITED',
    `At most ${quota.limit} requests a second. Try again after Retry-After.`,
    {
      headers: { ...quotaHeaders(quota), 'retry-after': '1' },
    },
  );

/** Probes and development tokens, by matched route, so that the spelling of the request line does not matter. */
const UNLIMITED = new Set(['/healthz', '/readyz', '/v1/auth/token']);

/** Refuses requests beyond the caller's limit, also to unknown routes. */
export function limitRates(fastify: FastifyInstance, rates: RateLimiter, isTrusted: IsTrusted): void {
  fastify.addHook('onRequest', (request, reply, done) => {
    if (UNLIMITED.has(request.routeOptions.url ?? '')) return done();
    const quota = rates.take(request.actor, clientAddress(request.raw, isTrusted));
    if (quota === undefined) return done();
    if (quota.isExceeded) return done(rateLimited(quota));
    reply.headers(quotaHeaders(quota));
    done();
  });
}

export interface ConcurrencyLimitOptions {
  initial: number;
  min: number;
  max: number;
  /** The limit falls while the median latency is above this, and rises while it is below. */
  targetMs: number;
  /** Minimum time and minimum samples between two changes of the limit. */
  windowMs: number;
  samplesMin: number;
  /** A monotonic clock in milliseconds. */
  now: () => number;
}

/** More samples would not change the median much. */
const SAMPLES_MAX = 1_000;
const FALL_MAX = 0.5;
const RISE = 1.1;
/** Raise the limit only if 90 % of it was used. */
const USED_SHARE = 0.9;

/**
 * Maximum concurrent work, adapted to its latency. It rises by a tenth, since additive increase would be slow at these
 * numbers, and falls in proportion to the excess latency. Each change is judged by work that began after it.
 */
export class ConcurrencyLimit {
  limit: number;
  inFlight = 0;
  private changedAt: number;
  private peak = 0;
  private samples: number[] = [];

  constructor(private readonly options: ConcurrencyLimitOptions) {
    this.limit = Math.min(options.initial, options.max);
    this.changedAt = options.now();
  }

  get isReached(): boolean {
    return this.inFlight >= this.limit;
  }

  /** @returns the time of the begin, for {@link end} */
  begin(): number {
    this.inFlight += 1;
    this.peak = Math.max(this.peak, this.inFlight);
    return this.options.now();
  }

  end(beganAt: number): void {
    this.inFlight -= 1;
    const now = this.options.now();
    if (beganAt < this.changedAt) return;
    if (this.samples.length < SAMPLES_MAX) this.samples.push(now - beganAt);
    const { windowMs, samplesMin } = this.options;
    if (now - this.changedAt >= windowMs && this.samples.length >= samplesMin) this.adapt(now);
  }

  /** Ends without a sample. */
  forget(): void {
    this.inFlight -= 1;
  }

  private adapt(now: number): void {
    const { min, max, targetMs } = this.options;
    const medianMs = median(this.samples);
    if (medianMs > targetMs) {
      this.limit = Math.max(min, Math.floor(this.limit * Math.max(FALL_MAX, targetMs / medianMs)));
    } else if (this.peak >= this.limit * USED_SHARE) {
      this.limit = Math.min(max, Math.ceil(this.limit * RISE));
    }
    this.samples = [];
    this.peak = this.inFlight;
    this.changedAt = now;
  }
}

const median = (numbers: readonly number[]): number =>
  numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0;
