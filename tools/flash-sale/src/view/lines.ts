import { count, duration } from '../report/summary.js';
import type { SaleView } from '../run/hold-sale.js';

const BAR = 40;
const BAR_PARTS = ['█', '▒', '░'] as const;

/** What to show of a sale at this moment. The first line is enough where lines cannot be drawn over. */
export function viewLines({ recorder, clock, samples, kills }: SaleView, stock: number): string[] {
  const { arrived, viewed, accepted, orders, left, retries } = recorder.totals;
  const gone = Object.values(left).reduce((sum, n) => sum + n, 0);
  const slice = recorder.timeline.slices.findLast(({ p50 }) => p50 !== null);
  const now = samples.at(-1);
  const sum = Object.values(retries).reduce((all, n) => all + n, 0);
  const first =
    `${(clock.now() / 1_000).toFixed(1).padStart(5)} s  arrived ${count(arrived)}, viewed ${count(viewed)}, accepted ${count(accepted)}, ` +
    `confirmed ${count(orders.BOUGHT ?? 0)}, declined ${count(orders.DECLINED ?? 0)}, sold out ${count(orders.SOLD_OUT ?? 0)}, ` +
    `retries ${count(sum)}, inside ${count(arrived - gone)}`;
  return [
    first,
    `         p50 ${duration(slice?.p50 ?? null)}, p99 ${duration(slice?.p99 ?? null)}` +
      (typeof now?.sagas === 'number' ? `, sagas in flight ${count(now.sagas)}` : ''),
    `         ${stockBar(now, stock)}`,
    ...kills.map(({ part, atMs }) => `         kill -9 ${part} at ${duration(atMs)}`),
  ];
}

function stockBar(
  now: { available: number; reserved: number; sold: number } | undefined,
  stock: number,
): string {
  if (now === undefined) return '';
  const { sold, reserved, available } = now;
  const soldWidth = Math.round((sold / stock) * BAR);
  const heldWidth = Math.round(((sold + reserved) / stock) * BAR) - soldWidth;
  const widths = [soldWidth, heldWidth, BAR - soldWidth - heldWidth];
  const bar = BAR_PARTS.map((part, i) => part.repeat(Math.max(0, widths[i] ?? 0))).join('');
  return `${bar}  ${count(sold)} sold, ${count(reserved)} reserved, ${count(available)} left`;
}
