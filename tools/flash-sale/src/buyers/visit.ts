import type { Clock } from '../clock.js';
import type { Dice } from '../dice.js';
import type { SaleOptions } from '../options.js';
import type { Counter } from '../shop/counter.js';
import type { BuyerPlan } from './plan.js';
import type { BuyerRecord, SaleEvent } from './sale-event.js';

/** What all visits of a sale share. */
export interface SaleFloor {
  counter: Counter;
  clock: Clock;
  dice: Dice;
  /** Makes keys and customers of this sale different from those of any other. */
  name: string;
  options: Pick<SaleOptions, 'browse' | 'limit' | 'patienceMs' | 'settleMs'>;
  note: (event: SaleEvent) => void;
  /** Every unit is sold, none is reserved: none will come back. Then nobody needs to wait out their patience. */
  isSoldForGood: () => boolean;
}

/** One buyer in the shop, and what is known of them so far. */
export interface Visit {
  floor: SaleFloor;
  plan: BuyerPlan;
  record: BuyerRecord;
}

export const customerOf = (sale: string, buyer: number): string => `${sale}-buyer-${buyer}`;

export function enter(floor: SaleFloor, plan: BuyerPlan): Visit {
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
 * Before a request is made again: at least what the shop asks for, longer each time, and never the same for all, or
 * everybody who was turned away together comes back together.
 */
export function pauseMs(
  { floor, plan }: Visit,
  attempt: number,
  retryAfterMs = 0,
  msMax = PAUSE_MS_MAX,
): number {
  const growing = Math.min(msMax, PAUSE_MS_FIRST * 2 ** attempt);
  return retryAfterMs + growing * (0.5 + floor.dice('pause', plan.number, attempt) / 2);
}

/** What is left of it; a request that is about to be sent gets a moment at least. */
export function patienceLeftMs({ floor: { clock, options }, plan }: Visit): number {
  return Math.max(PAUSE_MS_FIRST, plan.arrivesAtMs + options.patienceMs - clock.now());
}

/** Pauses if there is patience left for it. @returns whether to go on */
export async function bePatient({ floor: { clock, options }, plan }: Visit, ms: number): Promise<boolean> {
  if (clock.now() + ms > plan.arrivesAtMs + options.patienceMs) return false;
  await clock.pause(ms);
  return !clock.isStopped;
}
