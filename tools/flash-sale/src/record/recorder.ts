import type { Outcome, SaleEvent, Trouble } from '../buyers/sale-event.js';
import { openStages, recordMs, stageOf, type Stages } from './stages.js';
import { Timeline } from './timeline.js';

export interface Totals {
  arrived: number;
  viewed: number;
  accepted: number;
  /** Orders by their end: a buyer may have several. */
  orders: Partial<Record<Outcome, number>>;
  /** Buyers by theirs. */
  left: Partial<Record<Outcome, number>>;
  retries: Partial<Record<Trouble, number>>;
  /** What was said to those who had to try again: status and code. */
  said: Partial<Record<string, number>>;
}

/** Keeps what happens in a sale: in all, by stage, and over time. */
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
  readonly timeline = new Timeline();
  /** When the last unit went, as its buyer was told. */
  soldOutAtMs: number | undefined;
  /** When the last order became final so far, as its buyer was told. */
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
