import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { narrow, offsetOf, type ClockBounds } from '../src/api/server-clock.js';

/** An answer to a request that the page sends at `at`, from a server whose clock is `offset` ahead. */
const answer = (at: number, offset: number, toServerMs: number, toPageMs: number) => ({
  date: new Date(Math.floor((at + toServerMs + offset) / 1_000) * 1_000).toUTCString(),
  sentAt: at,
  receivedAt: at + toServerMs + toPageMs,
});

const START = Date.parse('2026-11-27T11:59:00.000Z');

describe("the server's clock", () => {
  it('is known to a fraction of a second after a few answers', () => {
    const offset = -83_250;
    let bounds: ClockBounds | null = null;
    for (const at of [0, 730, 1_410, 2_190, 3_370])
      bounds = narrow(bounds, answer(START + at, offset, 20, 20));
    expect(Math.abs(offsetOf(bounds) - offset)).toBeLessThan(300);
  });

  it('is always within the bounds, whatever the delays', () => {
    const delay = fc.integer({ min: 0, max: 3_000 });
    const request = fc.tuple(fc.integer({ min: 0, max: 600_000 }), delay, delay);
    fc.assert(
      fc.property(
        fc.integer({ min: -1e7, max: 1e7 }),
        fc.array(request, { minLength: 1, maxLength: 20 }),
        (offset, requests) => {
          let bounds: ClockBounds | null = null;
          for (const [at, there, back] of requests)
            bounds = narrow(bounds, answer(START + at, offset, there, back));
          expect(bounds?.min).toBeLessThanOrEqual(offset);
          expect(bounds?.max).toBeGreaterThanOrEqual(offset);
        },
      ),
    );
  });

  it('believes the newest answer after a clock was set', () => {
    const before = narrow(null, answer(START, 0, 5, 5));
    const after = narrow(before, answer(START + 1_000, 3_600_000, 5, 5));
    expect(Math.abs(offsetOf(after) - 3_600_000)).toBeLessThan(1_100);
  });

  it('learns nothing from an answer without a date', () => {
    expect(narrow(null, { date: null, sentAt: 0, receivedAt: 1 })).toBeNull();
    expect(offsetOf(null)).toBe(0);
  });
});
