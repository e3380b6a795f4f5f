/** How the visit of a buyer, or one of their orders, ended. */
export const OUTCOMES = {
  BOUGHT: 'bought',
  DECLINED: 'card declined',
  SOLD_OUT: 'told sold out',
  LIMITED: 'told it would be over the limit',
  GAVE_UP: 'gave up without an answer',
  REJECTED: 'rejected for another reason',
  UNFINISHED: 'accepted, not final in time',
  REFUSED: 'answered against the contract',
  INTERRUPTED: 'sent home',
} as const;
export type Outcome = keyof typeof OUTCOMES;

/** Why a request is made again. */
export const TROUBLES = {
  OVERLOADED: '429 or 503',
  FAILED: 'another 5xx',
  LOST: 'no answer',
} as const;
export type Trouble = keyof typeof TROUBLES;

/** Times count from what the buyer intended, so they include the wait for a connection and for retries. */
export type SaleEvent =
  | { kind: 'ARRIVED' }
  | { kind: 'VIEWED'; tookMs: number }
  /** `tookMs` only of buyers who asked for the acceptance alone. */
  | { kind: 'ACCEPTED'; tookMs: number | undefined }
  | { kind: 'SETTLED'; outcome: Outcome; tookMs: number }
  /** `said`: the status and code of the answer, if there was one. */
  | { kind: 'RETRIED'; trouble: Trouble; said: string | undefined }
  | { kind: 'LEFT'; outcome: Outcome; tookMs: number };

/** What is remembered of a buyer for the verdict. */
export interface BuyerRecord {
  number: number;
  customerId: string;
  hasGoodCard: boolean;
  /** Units that they try to buy. */
  wanted: number;
  outcome: Outcome;
  reason: string | undefined;
  /** When they last sent a request that could sell or show them a unit. */
  lastAskedAtMs: number;
  /** Every order that they were told of, and the last outcome that they were told. */
  orders: { id: string; outcome: Outcome }[];
}
