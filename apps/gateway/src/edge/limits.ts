import type { Actor } from '@doorbuster/contracts';
import { Inject, Injectable } from '@nestjs/common';
import type { GatewayConfig } from '../gateway.config.js';
import { ProblemException } from '../problem/problem.exception.js';
import { CONFIG } from '../tokens.js';
import { networkOf } from './client-address.js';

const WINDOW_MS = 1_000;
/**
 * Callers counted one by one in a window. Those who come on top share one count, so that many made-up callers cannot
 * have the counts of others forgotten. It would take as many requests in one second, which is more than a gateway reads.
 */
const CALLERS_MAX = 50_000;
const OTHERS = 'others';

/** What is left of the requests of a caller in this second. */
export interface Quota {
  limit: number;
  remaining: number;
  isExceeded: boolean;
}

/** Counts requests by customer, or by address where there is no customer, in windows of one second. */
@Injectable()
export class RateLimiter {
  private window = 0;
  private counts = new Map<string, number>();

  constructor(@Inject(CONFIG) private readonly config: Pick<GatewayConfig, 'rates'>) {}

  /**
   * Counts one request.
   * @param actor who asks, `null` when that is not known
   * @returns `undefined` for who is not limited: operators, and all while the limit is off
   */
  take(actor: Actor | null, address: string, now = performance.now()): Quota | undefined {
    const { rates } = this.config;
    if (rates === null || actor?.role === 'admin') return undefined;
    const limit = actor ? rates.perCustomerMax : rates.perAddressMax;
    const count = this.count(actor ? `customer ${actor.customerId}` : networkOf(address), now);
    return { limit, remaining: Math.max(0, limit - count), isExceeded: count > limit };
  }

  private count(caller: string, now: number): number {
    const window = Math.floor(now / WINDOW_MS);
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

export const quotaHeaders = ({ limit, remaining }: Quota): Record<string, string> => ({
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
