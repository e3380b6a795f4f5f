import { NODE } from './layout.js';

/** How far an edge bends from the straight way, so that the two of a pair are seen apart. */
const BEND = 0.14;

/** An edge from the rim of one node to that of another: its path, and where its figures go. */
export function arc(from, to) {
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const control = { x: (from.x + to.x) / 2 + dy * BEND, y: (from.y + to.y) / 2 - dx * BEND };
  const [start, end] = [rim(from, control), rim(to, control)];
  return {
    path: `M${start.x} ${start.y}Q${control.x} ${control.y} ${end.x} ${end.y}`,
    middle: { x: (start.x + 2 * control.x + end.x) / 4, y: (start.y + 2 * control.y + end.y) / 4 },
  };
}

/** Where the way from a node's centre leaves its box. */
function rim(centre, towards) {
  const [dx, dy] = [towards.x - centre.x, towards.y - centre.y];
  const scale = Math.min(
    (NODE.width / 2 + 3) / Math.max(1, Math.abs(dx)),
    (NODE.height / 2 + 3) / Math.max(1, Math.abs(dy)),
  );
  return { x: centre.x + dx * scale, y: centre.y + dy * scale };
}
