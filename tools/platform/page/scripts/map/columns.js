/** Nodes by how far they are from the one that begins; what only answers, a database say, comes last. */
export function columnsOf(nodes, edges) {
  const distance = distances(nodes, edges);
  const last = Math.max(0, ...distance.values()) + 1;
  const columns = [];
  for (const node of nodes.toSorted((a, b) => a.name.localeCompare(b.name))) {
    const column = node.kind === 'service' ? distance.get(node.name) : last;
    (columns[column] ??= []).push(node);
  }
  return columns.filter((column) => column !== undefined).reduce(orderNext(edges), []);
}

/** How many steps each service is from one that nobody calls; from the first one, if all are called by somebody. */
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

/** Each node goes beside those that call it, so that fewer edges cross. */
const orderNext = (edges) => (done, column) => {
  const heights = new Map(
    done.flatMap((before) => before.map(({ name }, index) => [name, (index + 0.5) / before.length])),
  );
  const wanted = ({ name }) => {
    const callers = edges
      .filter(({ from, to }) => to === name && heights.has(from))
      .map(({ from }) => heights.get(from));
    return callers.length === 0 ? 0.5 : callers.reduce((sum, height) => sum + height, 0) / callers.length;
  };
  return [...done, column.toSorted((a, b) => wanted(a) - wanted(b))];
};
