import fc from 'fast-check';
import { expect, it } from 'vitest';
import { arrivalTimesMs, planBuyers } from '../src/buyers/plan.js';
import { seededRandom } from '../src/seeded-random.js';

const crowd = {
  buyers: 5_000,
  rate: 'burst',
  declinePercent: 10,
  greedyPercent: 5,
  insistPercent: 25,
  followPercent: 50,
} as const;
const rates = fc.oneof(fc.constant('burst' as const), fc.integer({ min: 1, max: 100_000 }));

it('the same seed gives the same buyers, another seed gives others', () => {
  expect(planBuyers(crowd, seededRandom(7))).toEqual(planBuyers(crowd, seededRandom(7)));
  expect(planBuyers(crowd, seededRandom(7))).not.toEqual(planBuyers(crowd, seededRandom(8)));
});

it('all buyers arrive after the opening, in ascending order', () => {
  fc.assert(
    fc.property(fc.nat(), rates, fc.integer({ min: 1, max: 300 }), (seed, rate, buyers) => {
      const times = arrivalTimesMs(buyers, rate, seededRandom(seed));
      expect(times).toHaveLength(buyers);
      expect(times).toEqual(times.toSorted((a, b) => a - b));
      expect(times.every((ms) => Number.isFinite(ms) && ms >= 0)).toBe(true);
    }),
  );
});

it('a rate gives that many arrivals a second, with the gaps of a Poisson process', () => {
  const times = arrivalTimesMs(20_000, 1_000, seededRandom(1));
  expect(times.at(-1)).toBeGreaterThan(19_000);
  expect(times.at(-1)).toBeLessThan(21_000);
  const gaps = times.map((ms, i) => ms - (times[i - 1] ?? 0));
  const variance = gaps.reduce((sum, gap) => sum + (gap - 1) ** 2, 0) / gaps.length;
  // The standard deviation of exponential gaps is their mean.
  expect(Math.sqrt(variance)).toBeCloseTo(1, 1);
});

it('most buyers of a burst arrive in the first half second', () => {
  const early = arrivalTimesMs(10_000, 'burst', seededRandom(1)).filter((ms) => ms < 500);
  expect(early.length).toBeGreaterThan(7_500);
});

it('the shares of declined cards, insistence and following are those of the options', () => {
  const plans = planBuyers(crowd, seededRandom(3));
  const share = (is: (plan: (typeof plans)[number]) => boolean): number =>
    plans.filter(is).length / plans.length;
  expect(share(({ hasGoodCard }) => !hasGoodCard)).toBeCloseTo(0.1, 1);
  expect(share(({ insists }) => insists)).toBeCloseTo(0.25, 1);
  expect(share(({ follows }) => follows)).toBeCloseTo(0.5, 1);
});

it('0 % and 100 % are valid shares', () => {
  const plans = planBuyers({ ...crowd, declinePercent: 100, insistPercent: 0 }, seededRandom(3));
  expect(plans.every(({ hasGoodCard, insists }) => !hasGoodCard && !insists)).toBe(true);
});
