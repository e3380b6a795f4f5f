export const NODE = { width: 150, height: 52 };
const GAP = { x: 150, y: 54 };
const MARGIN = 24;
const KIND_LAST = { service: 0, external: 1, database: 2 };

/** Puts nodes in columns: what nobody calls on the left, what only answers on the right. Gives their centres. */
export function layOut({ nodes, edges }) {
  const columns = columnsOf(nodes, edges);
  const tallest = Math.max(...columns.map((column) => column.length));
  const height = tallest * (NODE.height + GAP.y) - GAP.y + 2 * MARGIN + GAP.y;
  const places = new Map();
  for (const [x, column] of columns.entries()) {
    const step = height / column.length;
    for (const [y, { name }] of column.entries()) {
      places.set(name, {
        x: MARGIN + NODE.width / 2 + x * (NODE.width + GAP.x),
        y: step * (y + 0.5),
      });
    }
  }
  return { places, width: 2 * MARGIN + columns.length * (NODE.width + GAP.x) - GAP.x, height };
}

function columnsOf(nodes, edges) {
  const distance = distances(nodes, edges);
  const furthest = Math.max(0, ...distance.values());
  const columns = [];
  for (const node of nodes.toSorted((a, b) => a.name.localeCompare(b.name))) {
    const column = node.kind === 'service' ? distance.get(node.name) : furthest + KIND_LAST[node.kind];
    (columns[column] ??= []).push(node);
  }
  return columns.filter((column) => column !== undefined);
}

/** How many steps each service is from one that nobody calls; the gateway, if all are called by somebody. */
function distances(nodes, edges) {
  const services = nodes.filter(({ kind }) => kind === 'service').map(({ name }) => name);
  const called = new Set(edges.filter(({ from, to }) => from !== to).map(({ to }) => to));
  const first = services.filter((name) => !called.has(name));
  const distance = new Map((first.length > 0 ? first : services.slice(0, 1)).map((name) => [name, 0]));
  for (const [from, steps] of distance) {
    for (const edge of edges) {
      if (edge.from === from && !distance.has(edge.to) && services.includes(edge.to))
        distance.set(edge.to, steps + 1);
    }
  }
  for (const name of services) if (!distance.has(name)) distance.set(name, 0);
  return distance;
}
