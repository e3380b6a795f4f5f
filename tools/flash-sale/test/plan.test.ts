import fc from 'fast-check';
import { expect, it } from 'vitest';
import { arrivalTimesMs } from '../src/buyers/arrivals.js';
import { planBuyers } from '../src/buyers/plan.js';
import { seededDice } from '../src/dice.js';

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
  expect(planBuyers(crowd, seededDice(7))).toEqual(planBuyers(crowd, seededDice(7)));
  expect(planBuyers(crowd, seededDice(7))).not.toEqual(planBuyers(crowd, seededDice(8)));
});

it('everybody comes, one after another, after the opening', () => {
  fc.assert(
    fc.property(fc.nat(), rates, fc.integer({ min: 1, max: 300 }), (seed, rate, buyers) => {
      const times = arrivalTimesMs(buyers, rate, seededDice(seed));
      expect(times).toHaveLength(buyers);
      expect(times).toEqual(times.toSorted((a, b) => a - b));
      expect(times.every((ms) => Number.isFinite(ms) && ms >= 0)).toBe(true);
    }),
  );
});

it('so many a second come at a rate, with gaps as of a Poisson process', () => {
  const times = arrivalTimesMs(20_000, 1_000, seededDice(1));
  expect(times.at(-1)).toBeGreaterThan(19_000);
  expect(times.at(-1)).toBeLessThan(21_000);
  const gaps = times.map((ms, i) => ms - (times[i - 1] ?? 0));
  const variance = gaps.reduce((sum, gap) => sum + (gap - 1) ** 2, 0) / gaps.length;
  // The standard deviation of exponential gaps is their mean.
  expect(Math.sqrt(variance)).toBeCloseTo(1, 1);
});

it('most of a burst comes in the first half second', () => {
  const early = arrivalTimesMs(10_000, 'burst', seededDice(1)).filter((ms) => ms < 500);
  expect(early.length).toBeGreaterThan(7_500);
});

it('the shares of declined cards, insistence and following are those asked for', () => {
  const plans = planBuyers(crowd, seededDice(3));
  const share = (is: (plan: (typeof plans)[number]) => boolean): number =>
    plans.filter(is).length / plans.length;
  expect(share(({ hasGoodCard }) => !hasGoodCard)).toBeCloseTo(0.1, 1);
  expect(share(({ insists }) => insists)).toBeCloseTo(0.25, 1);
  expect(share(({ follows }) => follows)).toBeCloseTo(0.5, 1);
});

it('nobody and everybody are shares too', () => {
  const plans = planBuyers({ ...crowd, declinePercent: 100, insistPercent: 0 }, seededDice(3));
  expect(plans.every(({ hasGoodCard, insists }) => !hasGoodCard && !insists)).toBe(true);
});
