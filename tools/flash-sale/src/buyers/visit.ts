import type { SaleOptions } from '../options.js';
import type { Clock } from '../sale/clock.js';
import type { SeededRandom } from '../seeded-random.js';
import type { BuyerClient } from '../shop/buyer-client.js';
import type { BuyerPlan } from './plan.js';
import type { BuyerRecord, SaleEvent } from './sale-event.js';

/** What all visits of a sale share. */
export interface SaleFloor {
  client: BuyerClient;
  clock: Clock;
  random: SeededRandom;
  /** Makes keys and customers of this sale different from those of any other. */
  name: string;
  options: Pick<SaleOptions, 'browse' | 'limit' | 'patienceMs' | 'settleMs'>;
  note: (event: SaleEvent) => void;
  /** Every unit is sold and none is reserved, so none will come back, and buyers need not wait for one. */
  isSoldForGood: () => boolean;
}

/** One buyer in the shop, and what is known of them so far. */
export interface Visit {
  floor: SaleFloor;
  plan: BuyerPlan;
  record: BuyerRecord;
}

export const customerOf = (sale: string, buyer: number): string => `${sale}-buyer-${buyer}`;

export function startVisit(floor: SaleFloor, plan: BuyerPlan): Visit {
  const { number, hasGoodCard, isGreedy } = plan;
  const record: BuyerRecord = {
    number,
    customerId: customerOf(floor.name, number),
    hasGoodCard,
    wanted: isGreedy ? floor.options.limit + 1 : 1,
    outcome: 'INTERRUPTED',
    reason: undefined,
    lastAskedAtMs: plan.arrivesAtMs,
    orders: [],
  };
  return { floor, plan, record };
}

const PAUSE_MS_FIRST = 250;
const PAUSE_MS_MAX = 4_000;

/**
 * The pause before a retry: at least `Retry-After`, longer each time, and different for each buyer. With equal pauses,
 * all who were refused together would come back together.
 */
export function pauseMs({ floor, plan }: Visit, attempt: number, retryAfterMs = 0): number {
  const growing = Math.min(PAUSE_MS_MAX, PAUSE_MS_FIRST * 2 ** attempt);
  return retryAfterMs + growing * (0.5 + floor.random('pause', plan.number, attempt) / 2);
}

/** The patience that is left. A request that is about to be sent gets a moment at least. */
export function patienceLeftMs({ floor: { clock, options }, plan }: Visit): number {
  return Math.max(PAUSE_MS_FIRST, plan.arrivesAtMs + options.patienceMs - clock.now());
}

/** Pauses if patience lasts that long. @returns whether to go on */
export async function pauseIfPatient(
  { floor: { clock, options }, plan }: Visit,
  ms: number,
): Promise<boolean> {
  if (clock.now() + ms > plan.arrivesAtMs + options.patienceMs) return false;
  await clock.pause(ms);
  return !clock.isStopped;
}
