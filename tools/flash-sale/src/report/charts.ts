import { SLICE_MS } from '../record/timeline.js';
import type { Slice } from '../record/timeline.js';
import type { SaleReport } from './report-data.js';

/** Named by meaning; the page has a light and a dark colour for each. */
type Tone = 'good' | 'bad' | 'warn' | 'calm' | 'plain' | 'accent';

interface Series {
  label: string;
  tone: Tone;
  values: (number | null)[];
}

/** One chart of the page. `x` is seconds after the opening. */
export interface Chart {
  title: string;
  note: string;
  unit: string;
  isLog: boolean;
  /** Stacked areas, the first at the bottom. */
  isStacked: boolean;
  x: number[];
  series: Series[];
}

const SLICES_PER_SECOND = 1_000 / SLICE_MS;

export function chartsOf({ timeline, samples, options }: SaleReport): Chart[] {
  const x = timeline.map(({ atMs }) => atMs / 1_000);
  const rate = (label: string, tone: Tone, of: (slice: Slice) => number): Series => ({
    label,
    tone,
    values: timeline.map((slice) => of(slice) * SLICES_PER_SECOND),
  });
  const stockSeries = (label: string, tone: Tone, of: 'sold' | 'reserved' | 'available'): Series => ({
    label,
    tone,
    values: samples.map((sample) => sample[of]),
  });
  const sampled = samples.map(({ atMs }) => atMs / 1_000);
  return [
    {
      title: 'What the shop did, per second',
      note: 'Pages shown, orders brought to their end, requests that had to be made again.',
      unit: '/s',
      isLog: false,
      isStacked: false,
      x,
      series: [
        rate('pages', 'accent', (slice) => slice.viewed),
        rate('bought', 'good', (slice) => slice.bought),
        rate('declined', 'warn', (slice) => slice.declined),
        rate('told sold out', 'calm', (slice) => slice.soldOut),
        rate('tried again', 'bad', (slice) => slice.retried),
      ],
    },
    {
      title: 'Arrivals, per second',
      note: 'Buyers arrive as planned, however slow the shop is.',
      unit: '/s',
      isLog: false,
      isStacked: true,
      x,
      series: [rate('arrived', 'accent', (slice) => slice.arrived)],
    },
    {
      title: `${options.stock.toLocaleString('en')} units`,
      note: 'As an administrator sees them, twice a second.',
      unit: 'units',
      isLog: false,
      isStacked: true,
      x: sampled,
      series: [
        stockSeries('sold', 'good', 'sold'),
        stockSeries('reserved', 'warn', 'reserved'),
        stockSeries('available', 'plain', 'available'),
      ],
    },
    {
      title: 'Latency of the orders that ended',
      note: 'From the moment the buyer wanted to order to the final outcome.',
      unit: 's',
      isLog: true,
      isStacked: false,
      x,
      series: [
        { label: 'p50', tone: 'accent', values: timeline.map(({ p50 }) => inSeconds(p50)) },
        { label: 'p99', tone: 'bad', values: timeline.map(({ p99 }) => inSeconds(p99)) },
      ],
    },
    outcomes(timeline, x),
    ...(samples.some(({ sagas }) => sagas !== null)
      ? [
          {
            title: 'Sagas in flight',
            note: 'Accepted orders whose checkout has not ended, from the database.',
            unit: 'sagas',
            isLog: false,
            isStacked: true,
            x: sampled,
            series: [
              { label: 'in flight', tone: 'accent' as const, values: samples.map(({ sagas }) => sagas) },
            ],
          },
        ]
      : []),
  ];
}

function outcomes(timeline: readonly Slice[], x: number[]): Chart {
  const bought = runningSum(timeline.map(({ left }) => left.BOUGHT ?? 0));
  const declined = runningSum(timeline.map(({ left }) => left.DECLINED ?? 0));
  const soldOut = runningSum(timeline.map(({ left }) => left.SOLD_OUT ?? 0));
  const arrived = runningSum(timeline.map((slice) => slice.arrived));
  const gone = runningSum(
    timeline.map(({ left }) => Object.values(left).reduce((sum, count) => sum + count, 0)),
  );
  const at = (sums: number[], i: number): number => sums[i] ?? 0;
  return {
    title: 'Where the buyers are',
    note: 'All who have come so far, by outcome.',
    unit: 'buyers',
    isLog: false,
    isStacked: true,
    x,
    series: [
      { label: 'bought', tone: 'good', values: bought },
      { label: 'declined', tone: 'warn', values: declined },
      { label: 'told sold out', tone: 'calm', values: soldOut },
      {
        label: 'left otherwise',
        tone: 'bad',
        values: gone.map((all, i) => all - at(bought, i) - at(declined, i) - at(soldOut, i)),
      },
      { label: 'still inside', tone: 'plain', values: arrived.map((all, i) => all - at(gone, i)) },
    ],
  };
}

const inSeconds = (ms: number | null): number | null => (ms === null ? null : ms / 1_000);

function runningSum(values: readonly number[]): number[] {
  let sum = 0;
  return values.map((value) => (sum += value));
}
