import fc from 'fast-check';
import { expect, it } from 'vitest';
import { refreshIn, refreshSaleIn } from '../src/api/refresh-budget.js';

it('an open page asks within half to one and a half of its budget', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2e12 }), fc.double({ min: 0, max: 1, noNaN: true }), (at, seed) => {
      expect(refreshIn('sale', at, seed)).toBeGreaterThanOrEqual(5_000);
      expect(refreshIn('sale', at, seed)).toBeLessThanOrEqual(15_000);
      expect(refreshIn('sale', at, seed)).toBe(refreshIn('sale', at, seed));
    }),
  );
});

it('pages that were answered at the same moment do not ask again at the same moment', () => {
  const dueAt = Array.from({ length: 1_000 }, (_, i) =>
    refreshIn('sale', 1_800_000_000_000, (i + 0.5) / 1_000),
  );
  const perSecond = new Map<number, number>();
  for (const due of dueAt) {
    const second = Math.floor(due / 1_000);
    perSecond.set(second, (perSecond.get(second) ?? 0) + 1);
  }
  // Evenly spread would be 100 in each of ten seconds.
  expect(Math.max(...perSecond.values())).toBeLessThan(400);
});

it('a page of a sale asks seldom before the start, once soon after it, often in it, and never after it', () => {
  const START = Date.parse('2026-11-27T12:00:00.000Z');
  const sale = { status: 'SCHEDULED' as const, startsAt: '2026-11-27T12:00:00.000Z', unitsLeft: 9 };
  const due = (of: Partial<Parameters<typeof refreshSaleIn>[0]>, answeredAt: number, offset = 0) =>
    refreshSaleIn({ ...sale, ...of }, answeredAt, offset, 0.5);
  const between = (min: number, max: number) => expect.toSatisfy((ms: number) => ms >= min && ms <= max);
  expect(due({}, START - 3_600_000)).toEqual(between(15_000, 45_000));
  expect(due({}, START - 3_000)).toEqual(between(8_000, 18_000));
  // The page's clock is an hour late.
  expect(due({}, START - 3_603_000, 3_600_000)).toEqual(between(8_000, 18_000));
  expect(due({ status: 'OPEN' }, START + 60_000)).toEqual(between(5_000, 15_000));
  expect(due({ status: 'OPEN', unitsLeft: 0 }, START + 60_000)).toEqual(between(15_000, 45_000));
  expect(due({ status: 'ENDED' }, START + 60_000)).toBe(false);
});
