/** How far an edge may bend from the straight way: some, so that the two of a pair are seen apart, or around a node. */
const BENDS = [0.14, -0.14, 0.26, -0.26, 0.4, -0.4, 0.65, -0.65];
const SAMPLES = [0.15, 0.25, 0.35, 0.45, 0.5, 0.55, 0.65, 0.75, 0.85];
const CLEARANCE = { width: 28, height: 28 };

/** An edge from the rim of one node to that of another, around all others: its path, and `at` any part of the way. */
export function arc(from, to, places) {
  const others = [...places.values()].filter((place) => place !== from && place !== to);
  const curves = BENDS.map((bend) => curve(from, to, bend));
  const free = curves.find(
    ({ at }) =>
      !SAMPLES.some((part) => others.some((other) => overlap(other, { ...at(part), ...CLEARANCE }))),
  );
  const { start, control, end, at } = free ?? curves[0];
  return { path: `M${start.x} ${start.y}Q${control.x} ${control.y} ${end.x} ${end.y}`, at };
}

/** Whether two boxes, given by their centres, overlap. */
export const overlap = (a, b) =>
  Math.abs(a.x - b.x) < (a.width + b.width) / 2 && Math.abs(a.y - b.y) < (a.height + b.height) / 2;

/** A quadratic Bézier curve. */
function curve(from, to, bend) {
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const control = { x: (from.x + to.x) / 2 + dy * bend, y: (from.y + to.y) / 2 - dx * bend };
  const [start, end] = [rim(from, control), rim(to, control)];
  const along = (part, axis) =>
    (1 - part) ** 2 * start[axis] + 2 * part * (1 - part) * control[axis] + part ** 2 * end[axis];
  return { start, control, end, at: (part) => ({ x: along(part, 'x'), y: along(part, 'y') }) };
}

/** Where the way from a node's centre leaves its box. */
function rim(place, towards) {
  const [dx, dy] = [towards.x - place.x, towards.y - place.y];
  const scale = Math.min(
    (place.width / 2 + 3) / Math.max(1, Math.abs(dx)),
    (place.height / 2 + 3) / Math.max(1, Math.abs(dy)),
  );
  return { x: place.x + dx * scale, y: place.y + dy * scale };
}
