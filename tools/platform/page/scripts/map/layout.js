import { columnsOf } from './columns.js';

export const NODE = { width: 160, height: 52 };
const GAP = { x: 130, y: 76 };
const MARGIN = 28;

/** Puts nodes in columns, those that are called to the right of those that call. Gives their centres. */
export function layOut({ nodes, edges }) {
  const columns = columnsOf(nodes, edges);
  const tallest = Math.max(...columns.map((column) => column.length));
  const height = tallest * (NODE.height + GAP.y) + 2 * MARGIN;
  const places = new Map();
  for (const [x, column] of columns.entries()) {
    const step = height / column.length;
    for (const [y, { name }] of column.entries()) {
      places.set(name, { x: MARGIN + NODE.width / 2 + x * (NODE.width + GAP.x), y: step * (y + 0.5) });
    }
  }
  return { places, width: 2 * MARGIN + columns.length * (NODE.width + GAP.x) - GAP.x, height };
}
