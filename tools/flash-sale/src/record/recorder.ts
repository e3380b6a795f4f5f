import type { Outcome, SaleEvent, Trouble } from '../buyers/sale-event.js';
import { openStages, recordMs, stageOf, type Stages } from './stages.js';
import { SaleTimeline } from './timeline.js';

export interface Totals {
  arrived: number;
  viewed: number;
  accepted: number;
  /** Orders by outcome: a buyer may have several. */
  orders: Partial<Record<Outcome, number>>;
  /** Buyers by outcome. */
  left: Partial<Record<Outcome, number>>;
  retries: Partial<Record<Trouble, number>>;
  /** Answers after which a request was made again, by status and code. */
  said: Partial<Record<string, number>>;
}

/** Counts and times the events of a sale: in total, by stage, and over time. */
export class Recorder {
  readonly totals: Totals = {
    arrived: 0,
    viewed: 0,
    accepted: 0,
    orders: {},
    left: {},
    retries: {},
    said: {},
  };
  readonly stages: Stages = openStages();
  readonly timeline = new SaleTimeline();
  /** When the buyer of the last unit was told so. */
  soldOutAtMs: number | undefined;
  /** When a buyer was last told a final outcome. */
  settledAtMs: number | undefined;

  constructor(private readonly stock: number) {}

  note(atMs: number, event: SaleEvent): void {
    const { totals } = this;
    if (event.kind === 'ARRIVED') totals.arrived += 1;
    if (event.kind === 'VIEWED') totals.viewed += 1;
    if (event.kind === 'ACCEPTED') totals.accepted += 1;
    if (event.kind === 'RETRIED') {
      count(totals.retries, event.trouble);
      if (event.said !== undefined) count(totals.said, event.said);
    }
    if (event.kind === 'SETTLED') {
      count(totals.orders, event.outcome);
      this.settledAtMs = atMs;
    }
    if (event.kind === 'LEFT') count(totals.left, event.outcome);
    if (this.soldOutAtMs === undefined && (totals.orders.BOUGHT ?? 0) >= this.stock) this.soldOutAtMs = atMs;
    const ended = stageOf(event);
    if (ended) recordMs(this.stages[ended.stage], ended.tookMs);
    this.timeline.add(atMs, event);
  }
}

function count<Key extends string>(counts: Partial<Record<Key, number>>, key: Key): void {
  counts[key] = (counts[key] ?? 0) + 1;
}
