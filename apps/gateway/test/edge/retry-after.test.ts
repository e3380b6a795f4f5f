import { describe, expect, it } from 'vitest';
import { RateMeter } from '../../src/edge/limits.js';
import { retryAfterSeconds } from '../../src/edge/admission.js';

describe('Retry-After under overload', () => {
  it('is 1 s when few are refused', () => {
    expect(retryAfterSeconds(10, 1_000, 0.99)).toBe(1);
  });

  it('is spread over the time to serve all refused requests', () => {
    const answers = [0, 0.25, 0.5, 0.75, 0.999].map((random) => retryAfterSeconds(10_000, 1_000, random));
    expect(answers).toEqual([1, 3, 6, 8, 10]);
  });

  it('has a maximum while nothing is served', () => {
    expect(retryAfterSeconds(1_000_000, 0, 0.999)).toBe(30);
  });
});

describe('the rate meter', () => {
  it('shows a burst at once, and for a second', () => {
    const clock = { ms: 10_000 };
    const rate = new RateMeter(() => clock.ms);
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
