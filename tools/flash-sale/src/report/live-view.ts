import type { RunningSale } from '../sale/hold-sale.js';
import { count, duration } from './summary.js';

const DRAW_MS = 250;
const LINE_MS = 1_000;
const BAR = 40;
const BAR_PARTS = ['█', '▒', '░'] as const;
const ERASE_BELOW = '\u001B[0J';
const up = (lines: number): string => (lines > 0 ? `\u001B[${lines}A\r` : '');
/** A line that wraps would make the count of drawn lines wrong. */
const NO_WRAP = '\u001B[?7l';
const WRAP = '\u001B[?7h';

export interface LiveView {
  end(): void;
}

/** Draws over itself on a terminal; otherwise one line a second. */
export function startLiveView(view: RunningSale, stock: number, out: NodeJS.WriteStream): LiveView {
  let drawn = 0;
  const draw = (): void => {
    const lines = viewLines(view, stock);
    out.write(`${up(drawn)}${ERASE_BELOW}${NO_WRAP}${lines.join('\n')}\n${WRAP}`);
    drawn = lines.length;
  };
  const print = (): void => void out.write(`${viewLines(view, stock)[0]}\n`);
  const show = out.isTTY ? draw : print;
  const timer = setInterval(show, out.isTTY ? DRAW_MS : LINE_MS);
  return {
    end() {
      clearInterval(timer);
      show();
    },
  };
}

/** The sale at this moment. The first line alone is a summary, for output that is no terminal. */
export function viewLines({ recorder, clock, samples, kills }: RunningSale, stock: number): string[] {
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
