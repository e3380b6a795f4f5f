import { columnsOf } from './columns.js';

/** Sizes of a map that runs from left to right, and of one for phones, which runs down. */
const WIDE = { node: { width: 160, height: 52 }, gap: { x: 150, y: 84 }, margin: 28 };
const NARROW = { node: { width: 116, height: 46 }, gap: { x: 8, y: 64 }, margin: 5 };

/**
 * Puts nodes in columns, those that are called after those that call; in rows where it is narrow. Gives the boxes of the
 * nodes by their centres.
 */
export function layOut({ nodes, edges }, isNarrow) {
  const { node, gap, margin } = isNarrow ? NARROW : WIDE;
  const ranks = columnsOf(nodes, edges);
  const most = Math.max(...ranks.map((rank) => rank.length));
  const along = isNarrow ? node.height + gap.y : node.width + gap.x;
  const across = isNarrow ? node.width + gap.x : node.height + gap.y;
  const breadth = most * across + 2 * margin - (isNarrow ? gap.x : 0);
  const length = 2 * margin + ranks.length * along - (isNarrow ? gap.y : gap.x);
  const places = new Map();
  for (const [rank, members] of ranks.entries()) {
    const from = margin + (isNarrow ? node.height : node.width) / 2 + rank * along;
    for (const [index, { name }] of members.entries()) {
      const beside = (breadth / members.length) * (index + 0.5);
      places.set(name, { ...node, x: isNarrow ? beside : from, y: isNarrow ? from : beside });
    }
  }
  return { places, width: isNarrow ? breadth : length, height: isNarrow ? length : breadth };
}
