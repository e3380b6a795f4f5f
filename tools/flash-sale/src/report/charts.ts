import { SLICE_MS } from '../record/timeline.js';
import type { Slice } from '../record/timeline.js';
import type { StockSample } from '../sale/stock-watch.js';
import type { SaleReport } from './report-data.js';

/** Named by meaning; the page has a light and a dark colour for each. */
type Tone = 'good' | 'bad' | 'warn' | 'calm' | 'plain' | 'accent';

interface Series {
  label: string;
  tone: Tone;
  /** Tells lines apart without their colours. */
  dash?: number[];
  values: (number | null)[];
}

/** One chart of the page. `x` is seconds after the opening. */
export interface Chart {
  title: string;
  note: string;
  /** Title of the vertical axis. */
  axis: string;
  unit: string;
  isLog: boolean;
  /** Stacked areas, the first at the bottom. */
  isStacked: boolean;
  x: number[];
  series: Series[];
}

const SLICES_PER_SECOND = 1_000 / SLICE_MS;
const DASHED = [8, 4];
const DOTTED = [2, 4];

/** What matters first. Pages and refusals, of which there are thousands a second, have a panel of their own. */
export function chartsOf({ timeline, samples, options }: SaleReport): Chart[] {
  const x = timeline.map(({ atMs }) => atMs / 1_000);
  return [
    orders(timeline, x),
    units(samples, options.stock),
    latency(timeline, x),
    ...(samples.some(({ sagas }) => sagas !== null) ? [sagasInFlight(samples)] : []),
    traffic(timeline, x),
    {
      title: 'Arrivals',
      note: 'Buyers arrive as planned, however slow the shop is.',
      axis: 'buyers per second',
      unit: 'buyers/s',
      isLog: false,
      isStacked: true,
      x,
      series: [rate(timeline, 'arrived', 'accent', (slice) => slice.arrived)],
    },
    outcomes(timeline, x),
  ];
}

const rate = (
  timeline: readonly Slice[],
  label: string,
  tone: Tone,
  of: (slice: Slice) => number,
): Series => ({ label, tone, values: timeline.map((slice) => of(slice) * SLICES_PER_SECOND) });

const orders = (timeline: readonly Slice[], x: number[]): Chart => ({
  title: 'Orders',
  note: 'Accepted by the shop, and brought to their end: bought or declined.',
  axis: 'orders per second',
  unit: 'orders/s',
  isLog: false,
  isStacked: false,
  x,
  series: [
    { ...rate(timeline, 'accepted', 'accent', (slice) => slice.accepted), dash: DOTTED },
    rate(timeline, 'bought', 'good', (slice) => slice.bought),
    { ...rate(timeline, 'declined', 'warn', (slice) => slice.declined), dash: DASHED },
  ],
});

const traffic = (timeline: readonly Slice[], x: number[]): Chart => ({
  title: 'Pages and refusals',
  note: 'Pages shown, buyers told "sold out", requests made again after an overload or no answer.',
  axis: 'answers per second',
  unit: '/s',
  isLog: false,
  isStacked: false,
  x,
  series: [
    rate(timeline, 'pages', 'accent', (slice) => slice.viewed),
    { ...rate(timeline, 'told sold out', 'calm', (slice) => slice.soldOut), dash: DASHED },
    { ...rate(timeline, 'tried again', 'bad', (slice) => slice.retried), dash: DOTTED },
  ],
});

function units(samples: readonly StockSample[], stock: number): Chart {
  const series = (label: string, tone: Tone, of: 'sold' | 'reserved' | 'available'): Series => ({
    label,
    tone,
    values: samples.map((sample) => sample[of]),
  });
  return {
    title: `${stock.toLocaleString('en')} units, and how many are left`,
    note: 'As an administrator sees them, twice a second.',
    axis: 'units',
    unit: 'units',
    isLog: false,
    isStacked: true,
    x: samples.map(({ atMs }) => atMs / 1_000),
    series: [
      series('sold', 'good', 'sold'),
      series('reserved', 'warn', 'reserved'),
      series('left', 'plain', 'available'),
    ],
  };
}

const latency = (timeline: readonly Slice[], x: number[]): Chart => ({
  title: 'Latency of checkouts',
  note: 'Bought or declined: from the moment the buyer wanted to order to the outcome. Without "sold out".',
  axis: 'seconds (logarithmic)',
  unit: 's',
  isLog: true,
  isStacked: false,
  x,
  series: [
    { label: 'p50', tone: 'accent', values: timeline.map(({ p50 }) => inSeconds(p50)) },
    { label: 'p99', tone: 'bad', values: timeline.map(({ p99 }) => inSeconds(p99)), dash: DASHED },
  ],
});

const sagasInFlight = (samples: readonly StockSample[]): Chart => ({
  title: 'Sagas in flight',
  note: 'Accepted orders whose checkout has not ended, from the database.',
  axis: 'sagas',
  unit: 'sagas',
  isLog: false,
  isStacked: true,
  x: samples.map(({ atMs }) => atMs / 1_000),
  series: [{ label: 'in flight', tone: 'accent', values: samples.map(({ sagas }) => sagas) }],
});

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
    axis: 'buyers',
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
