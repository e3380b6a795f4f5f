import type { SaleOptions } from '../options.js';
import type { SeededRandom } from '../seeded-random.js';

/** What a buyer does and has; all of it follows from the seed. */
export interface BuyerPlan {
  number: number;
  arrivesAtMs: number;
  hasGoodCard: boolean;
  /** Orders more than the limit, once they have bought. */
  isGreedy: boolean;
  /** Tries again after "sold out". */
  insists: boolean;
  /** Takes the 202 and follows the order; the others wait for the outcome. */
  follows: boolean;
}

type PlanOptions = Pick<
  SaleOptions,
  'buyers' | 'rate' | 'declinePercent' | 'greedyPercent' | 'insistPercent' | 'followPercent'
>;

/** In a burst all react to the same moment; people's reaction times have a long tail. */
const REACTION_MS_MEAN = 300;

/** In the order of their arrivals. */
export function planBuyers(options: PlanOptions, random: SeededRandom): BuyerPlan[] {
  const isAmong = (percent: number, what: string, number: number): boolean =>
    random(what, number) * 100 < percent;
  return arrivalTimesMs(options.buyers, options.rate, random).map((arrivesAtMs, number) => ({
    number,
    arrivesAtMs,
    hasGoodCard: !isAmong(options.declinePercent, 'decline', number),
    isGreedy: isAmong(options.greedyPercent, 'greed', number),
    insists: isAmong(options.insistPercent, 'insist', number),
    follows: isAmong(options.followPercent, 'follow', number),
  }));
}

/** Ascending milliseconds after the opening. Buyers come at that time, whether or not earlier ones were served. */
export function arrivalTimesMs(buyers: number, rate: 'burst' | number, random: SeededRandom): number[] {
  const draws = Array.from({ length: buyers }, (_, i) => -Math.log(1 - random('arrival', i)));
  if (rate === 'burst') return draws.map((draw) => draw * REACTION_MS_MEAN).toSorted((a, b) => a - b);
  let atMs = 0;
  // Gaps between the events of a Poisson process are exponential.
  return draws.map((draw) => (atMs += (draw * 1_000) / rate));
}
