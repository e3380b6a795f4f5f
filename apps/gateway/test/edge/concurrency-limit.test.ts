import { describe, expect, it } from 'vitest';
import { ConcurrencyLimit } from '../../src/edge/limits.js';

const OPTIONS = { initial: 100, min: 10, max: 1_000, targetMs: 500, windowMs: 250, samplesMin: 20 };

/** A shop with this capacity a second, and buyers who always use the whole limit. */
class Shop {
  nowMs = 0;
  capacityPerSecond = 1_000;
  readonly limit = new ConcurrencyLimit({ ...OPTIONS, now: () => this.nowMs });
  private readonly queue: number[] = [];

  run(seconds: number, wanted = Infinity): number {
    let slowestMs = 0;
    for (const untilMs = this.nowMs + seconds * 1_000; this.nowMs < untilMs;) {
      while (!this.limit.isReached && this.queue.length < wanted) this.queue.push(this.limit.begin());
      this.nowMs += 1_000 / this.capacityPerSecond;
      const beganAt = this.queue.shift();
      if (beganAt === undefined) continue;
      slowestMs = Math.max(slowestMs, this.nowMs - beganAt);
      this.limit.end(beganAt);
    }
    return slowestMs;
  }
}

describe('the concurrency limit', () => {
  it('rises while latency is low and the limit is used', () => {
    const shop = new Shop();
    shop.run(10);
    expect(shop.limit.limit).toBeGreaterThan(350);
    expect(shop.limit.limit).toBeLessThan(650);
  });

  it('falls and rises with the capacity', () => {
    const shop = new Shop();
    shop.run(10);
    shop.capacityPerSecond = 100;
    shop.run(20);
    expect(shop.limit.limit).toBeLessThan(65);
    expect(shop.run(10)).toBeLessThan(700);
    shop.capacityPerSecond = 1_000;
    shop.run(30);
    expect(shop.limit.limit).toBeGreaterThan(350);
  });

  it('stays while less than 90 % of it is used', () => {
    const shop = new Shop();
    shop.run(10, 5);
    expect(shop.limit.limit).toBe(OPTIONS.initial);
  });

  it('stays within its bounds', () => {
    const shop = new Shop();
    shop.capacityPerSecond = 10;
    shop.run(120);
    expect(shop.limit.limit).toBe(OPTIONS.min);
    shop.capacityPerSecond = 100_000;
    shop.run(60);
    expect(shop.limit.limit).toBe(OPTIONS.max);
  });

  it('ignores samples that began before its last change', () => {
    const shop = new Shop();
    const early = Array.from({ length: 100 }, () => shop.limit.begin());
    shop.nowMs = 5_000;
    early.slice(0, 50).forEach((beganAt) => shop.limit.end(beganAt));
    const after = shop.limit.limit;
    expect(after).toBe(OPTIONS.initial / 2);
    early.slice(50).forEach((beganAt) => shop.limit.end(beganAt));
    expect(shop.limit.limit).toBe(after);
    expect(shop.limit.inFlight).toBe(0);
  });
});
