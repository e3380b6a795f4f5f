import type { Dice } from '../dice.js';
import type { SaleOptions } from '../options.js';
import { arrivalTimesMs } from './arrivals.js';

/** What a buyer brings along; all of it follows from the seed. */
export interface BuyerPlan {
  number: number;
  arrivesAtMs: number;
  hasGoodCard: boolean;
  /** Tries for more than the limit, once they have bought. */
  isGreedy: boolean;
  /** Looks again after "sold out". */
  insists: boolean;
  /** Takes the 202 and follows the order, where others wait for the outcome. */
  follows: boolean;
}

type Crowd = Pick<
  SaleOptions,
  'buyers' | 'rate' | 'declinePercent' | 'greedyPercent' | 'insistPercent' | 'followPercent'
>;

/** In the order of their arrivals. */
export function planBuyers(crowd: Crowd, dice: Dice): BuyerPlan[] {
  const isAmong = (percent: number, what: string, number: number): boolean =>
    dice(what, number) * 100 < percent;
  return arrivalTimesMs(crowd.buyers, crowd.rate, dice).map((arrivesAtMs, number) => ({
    number,
    arrivesAtMs,
    hasGoodCard: !isAmong(crowd.declinePercent, 'decline', number),
    isGreedy: isAmong(crowd.greedyPercent, 'greed', number),
    insists: isAmong(crowd.insistPercent, 'insist', number),
    follows: isAmong(crowd.followPercent, 'follow', number),
  }));
}
