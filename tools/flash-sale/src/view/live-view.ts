import type { SaleView } from '../run/hold-sale.js';
import { viewLines } from './lines.js';

const DRAW_MS = 250;
const LINE_MS = 1_000;
const ERASE_BELOW = '\u001B[0J';
const up = (lines: number): string => (lines > 0 ? `\u001B[${lines}A\r` : '');
/** A line longer than the terminal would wrap, and be counted as one. */
const NO_WRAP = '\u001B[?7l';
const WRAP = '\u001B[?7h';

export interface LiveView {
  end(): void;
}

/** Draws over itself on a terminal; otherwise one line a second. */
export function startLiveView(view: SaleView, stock: number, out: NodeJS.WriteStream): LiveView {
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
