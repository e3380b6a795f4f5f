import { NODE } from './layout.js';

/** How far an edge may bend from the straight way: some, so that the two of a pair are seen apart, or around a node. */
const BENDS = [0.14, -0.14, 0.26, -0.26, 0.4, -0.4, 0.65, -0.65];
const SAMPLES = [0.15, 0.25, 0.35, 0.45, 0.5, 0.55, 0.65, 0.75, 0.85];
const CLEARANCE = { x: 14, y: 14 };
/** Where figures may stand: nearer to where an edge begins, so that those of two that go to and fro stand apart. */
const FIGURES_AT = [0.42, 0.36, 0.48, 0.3, 0.54, 0.6, 0.66];
/** Half of what figures take up. */
const FIGURES = { x: 48, y: 12 };

/** An edge from the rim of one node to that of another, around all others: its path, and where its figures go. */
export function arc(from, to, places) {
  const others = [...places.values()].filter((place) => place !== from && place !== to);
  const curves = BENDS.map((bend) => curve(from, to, bend));
  const free = curves.find(
    ({ at }) => !SAMPLES.some((part) => others.some((other) => covers(other, at(part), CLEARANCE))),
  );
  const { start, control, end, at } = free ?? curves[0];
  return {
    path: `M${start.x} ${start.y}Q${control.x} ${control.y} ${end.x} ${end.y}`,
    figures:
      FIGURES_AT.map(at).find(
        (point) => ![...places.values()].some((node) => covers(node, point, FIGURES)),
      ) ?? at(FIGURES_AT[0]),
  };
}

/** A quadratic Bézier curve, `at` any part of the way. */
function curve(from, to, bend) {
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const control = { x: (from.x + to.x) / 2 + dy * bend, y: (from.y + to.y) / 2 - dx * bend };
  const [start, end] = [rim(from, control), rim(to, control)];
  const along = (part, axis) =>
    (1 - part) ** 2 * start[axis] + 2 * part * (1 - part) * control[axis] + part ** 2 * end[axis];
  return { start, control, end, at: (part) => ({ x: along(part, 'x'), y: along(part, 'y') }) };
}

const covers = (centre, point, clearance) =>
  Math.abs(point.x - centre.x) < NODE.width / 2 + clearance.x &&
  Math.abs(point.y - centre.y) < NODE.height / 2 + clearance.y;

/** Where the way from a node's centre leaves its box. */
function rim(centre, towards) {
  const [dx, dy] = [towards.x - centre.x, towards.y - centre.y];
  const scale = Math.min(
    (NODE.width / 2 + 3) / Math.max(1, Math.abs(dx)),
    (NODE.height / 2 + 3) / Math.max(1, Math.abs(dy)),
  );
  return { x: centre.x + dx * scale, y: centre.y + dy * scale };
}
