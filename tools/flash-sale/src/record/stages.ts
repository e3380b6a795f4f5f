import { build, type Histogram } from 'hdr-histogram-js';
import type { SaleEvent } from '../buyers/sale-event.js';

/** The stages of a purchase that have a latency. */
export const STAGES = {
  browse: 'the product page, from wanting to see it',
  accept: 'the 202, from wanting to order (who asked for no more)',
  settle: 'confirmed or declined, from wanting to order',
  refuse: '"sold out", from wanting to order',
  purchase: 'the whole visit of who bought, from arrival',
} as const;
export type Stage = keyof typeof STAGES;

const MICROSECONDS = 1_000;
const HOUR_US = 3_600_000_000;

/** Milliseconds in, three significant digits kept. */
export function latencyHistogram(): Histogram {
  return build({ highestTrackableValue: HOUR_US, numberOfSignificantValueDigits: 3, useWebAssembly: false });
}

export function recordMs(histogram: Histogram, ms: number): void {
  histogram.recordValue(Math.min(HOUR_US, Math.max(0, Math.round(ms * MICROSECONDS))));
}

/** A histogram rounds percentiles up to its precision, but none is above the highest value. */
export const percentileMs = (histogram: Histogram, percentile: number): number =>
  Math.min(histogram.getValueAtPercentile(percentile), histogram.maxValue) / MICROSECONDS;

export type Stages = Record<Stage, Histogram>;

export const openStages = (): Stages => ({
  browse: latencyHistogram(),
  accept: latencyHistogram(),
  settle: latencyHistogram(),
  refuse: latencyHistogram(),
  purchase: latencyHistogram(),
});

/** The stage that has ended with this event, and how long it took. */
export function stageOf(event: SaleEvent): { stage: Stage; tookMs: number } | undefined {
  switch (event.kind) {
    case 'VIEWED':
      return { stage: 'browse', tookMs: event.tookMs };
    case 'ACCEPTED':
      return event.tookMs === undefined ? undefined : { stage: 'accept', tookMs: event.tookMs };
    case 'SETTLED':
      if (event.outcome === 'SOLD_OUT') return { stage: 'refuse', tookMs: event.tookMs };
      return ['BOUGHT', 'DECLINED'].includes(event.outcome)
        ? { stage: 'settle', tookMs: event.tookMs }
        : undefined;
    case 'LEFT':
      return event.outcome === 'BOUGHT' ? { stage: 'purchase', tookMs: event.tookMs } : undefined;
    case 'ARRIVED':
    case 'RETRIED':
      return undefined;
  }
}

export interface StageFigures {
  stage: Stage;
  count: number;
  p50: number;
  p90: number;
  p99: number;
  p999: number;
  max: number;
}

/** Milliseconds. */
export function stageFigures(stages: Stages): StageFigures[] {
  return (Object.keys(STAGES) as Stage[]).map((stage) => {
    const histogram = stages[stage];
    return {
      stage,
      count: histogram.totalCount,
      p50: percentileMs(histogram, 50),
      p90: percentileMs(histogram, 90),
      p99: percentileMs(histogram, 99),
      p999: percentileMs(histogram, 99.9),
      max: histogram.totalCount === 0 ? 0 : histogram.maxValue / MICROSECONDS,
    };
  });
}
