import { describe, expect, it } from 'vitest';
import { Rate } from '../../src/admission/rate.js';
import { retryAfterSeconds } from '../../src/admission/retry-after.js';

describe('when to come again', () => {
  it('is in a second when a few are refused', () => {
    expect(retryAfterSeconds(10, 1_000, 0.99)).toBe(1);
  });

  it('is spread over the time that it takes to serve all who were refused', () => {
    const answers = [0, 0.25, 0.5, 0.75, 0.999].map((random) => retryAfterSeconds(10_000, 1_000, random));
    expect(answers).toEqual([1, 3, 6, 8, 10]);
  });

  it('is soon enough even when nothing is served at all', () => {
    expect(retryAfterSeconds(1_000_000, 0, 0.999)).toBe(30);
  });
});

describe('a rate', () => {
  it('counts a burst at once, keeps it for a second, and forgets it', () => {
    const clock = { ms: 10_000 };
    const rate = new Rate(() => clock.ms);
    for (let i = 0; i < 5; i += 1) rate.add();
    expect(rate.perSecond).toBe(5);
    clock.ms = 11_500;
    rate.add();
    expect(rate.perSecond).toBe(5);
    clock.ms = 12_000;
    expect(rate.perSecond).toBe(1);
    clock.ms = 15_000;
    expect(rate.perSecond).toBe(0);
  });
});
