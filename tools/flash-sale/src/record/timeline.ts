import type { Histogram } from 'hdr-histogram-js';
import type { Outcome, SaleEvent } from '../buyers/sale-event.js';
import { latencyHistogram, percentileMs, recordMs, stageOf } from './stages.js';

/** Counts of one slice of the sale. */
export interface Slice {
  atMs: number;
  arrived: number;
  viewed: number;
  accepted: number;
  bought: number;
  declined: number;
  soldOut: number;
  retried: number;
  /** Buyers who left, by outcome. */
  left: Partial<Record<Outcome, number>>;
  /** Latency of the checkouts (bought or declined) that ended in this slice; `null` when none did. */
  p50: number | null;
  p99: number | null;
}

export const SLICE_MS = 250;

const emptySlice = (atMs: number): Slice => ({
  atMs,
  arrived: 0,
  viewed: 0,
  accepted: 0,
  bought: 0,
  declined: 0,
  soldOut: 0,
  retried: 0,
  left: {},
  p50: null,
  p99: null,
});

/** The course of a sale in slices of a quarter second, none left out. */
export class SaleTimeline {
  readonly slices: Slice[] = [];
  private readonly latencies: Histogram = latencyHistogram();

  add(atMs: number, event: SaleEvent): void {
    const slice = this.sliceAt(atMs);
    switch (event.kind) {
      case 'ARRIVED':
        slice.arrived += 1;
        break;
      case 'ACCEPTED':
        slice.accepted += 1;
        break;
      case 'RETRIED':
        slice.retried += 1;
        break;
      case 'LEFT':
        slice.left[event.outcome] = (slice.left[event.outcome] ?? 0) + 1;
        break;
      case 'SETTLED':
        if (event.outcome === 'BOUGHT') slice.bought += 1;
        if (event.outcome === 'DECLINED') slice.declined += 1;
        if (event.outcome === 'SOLD_OUT') slice.soldOut += 1;
        if (stageOf(event)?.stage === 'settle') recordMs(this.latencies, event.tookMs);
        break;
      case 'VIEWED':
        slice.viewed += 1;
        break;
    }
  }

  /** Computes the percentiles of the last slice. Each new slice calls it; the end of the sale must, too. */
  seal(): void {
    const slice = this.slices.at(-1);
    if (slice === undefined || this.latencies.totalCount === 0) return;
    slice.p50 = percentileMs(this.latencies, 50);
    slice.p99 = percentileMs(this.latencies, 99);
    this.latencies.reset();
  }

  private sliceAt(atMs: number): Slice {
    const index = Math.max(0, Math.floor(atMs / SLICE_MS), this.slices.length - 1);
    while (this.slices.length <= index) {
      this.seal();
      this.slices.push(emptySlice(this.slices.length * SLICE_MS));
    }
    return this.slices[index] as Slice;
  }
}
