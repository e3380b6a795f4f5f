import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ClockBound } from '../../src/rpc/clock-bound.js';

const START = 1_790_000_000_000;

describe('the lower bound of another clock', () => {
  it('is never above the clock, with slow answers and with a clock that was set back', () => {
    const sample = fc.record({
      pauseMs: fc.integer({ min: 0, max: 5_000 }),
      thereMs: fc.integer({ min: 0, max: 2_000 }),
      backMs: fc.integer({ min: 0, max: 2_000 }),
    });
    fc.assert(
      fc.property(fc.array(sample, { minLength: 1, maxLength: 20 }), (samples) => {
        const bound = new ClockBound();
        let now = 1_000;
        for (const { pauseMs, thereMs, backMs } of samples) {
          const askedAt = now + pauseMs;
          now = askedAt + thereMs + backMs;
          bound.add(START + askedAt + thereMs, askedAt, now);
          expect(bound.at(now)).toBeLessThanOrEqual(START + now);
          expect(bound.at(now + 10_000)).toBeLessThanOrEqual(START + now + 10_000);
        }
      }),
    );
  });

  it('keeps the tightest bound', () => {
    const bound = new ClockBound();
    bound.add(START + 1_001, 1_000, 1_002);
    bound.add(START + 1_100, 1_100, 2_100);
    expect(bound.at(2_100)).toBeGreaterThan(START + 2_095);
  });

  it('follows a clock that was set back', () => {
    const bound = new ClockBound();
    bound.add(START + 1_001, 1_000, 1_002);
    bound.add(START + 2_001 - 60_000, 2_000, 2_002);
    expect(bound.at(2_002)).toBe(START + 2_001 - 60_000);
  });

  it('is undefined before the first sample, and half a minute after the last', () => {
    const bound = new ClockBound();
    expect(bound.at(0)).toBeUndefined();
    bound.add(START, 0, 1);
    expect(bound.at(30_000)).toBeDefined();
    expect(bound.at(30_002)).toBeUndefined();
  });
});
