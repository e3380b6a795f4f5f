import { pathToFileURL } from 'node:url';
import path from 'node:path';
import { expect, it } from 'vitest';

interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}
type Point = Pick<Box, 'x' | 'y'>;
interface Edge {
  from: string;
  to: string;
}
interface Drawing {
  layOut: (map: object, isNarrow: boolean) => { places: Map<string, Box>; width: number; height: number };
  arc: (from: Box, to: Box, places: Map<string, Box>) => { at: (part: number) => Point };
  placeFigures: (edges: object[], places: Map<string, Box>) => { box: Box }[];
  overlap: (a: Box, b: Box) => boolean;
}

/** The page's scripts have no types, since a browser reads them as they are. */
async function drawing(): Promise<Drawing> {
  const folder = path.resolve(import.meta.dirname, '../../page/scripts/map');
  const load = (name: string) =>
    import(pathToFileURL(path.join(folder, name)).href) as Promise<Partial<Drawing>>;
  return Object.assign(
    {},
    ...(await Promise.all(['layout.js', 'arc.js', 'figures.js'].map(load))),
  ) as Drawing;
}

const service = (name: string) => ({ name, kind: 'service' });
const NODES = [
  ...['gateway', 'catalog', 'inventory', 'orders', 'payments'].map(service),
  { name: 'postgresql', kind: 'database' },
  { name: 'payment-provider', kind: 'external' },
];
/** All ways of the platform. */
const EDGES: Edge[] = [
  'gateway catalog',
  'gateway inventory',
  'gateway orders',
  'catalog inventory',
  'inventory catalog',
  'catalog orders',
  'orders inventory',
  'inventory orders',
  'orders payments',
  'payments orders',
  'orders gateway',
  'catalog postgresql',
  'inventory postgresql',
  'orders postgresql',
  'payments postgresql',
  'payments payment-provider',
].map((way) => {
  const [from = '', to = ''] = way.split(' ');
  return { from, to };
});

it('no figures cover a node or other figures', async () => {
  const { layOut, arc, placeFigures, overlap } = await drawing();
  const { places } = layOut({ nodes: NODES, edges: EDGES }, false);
  const place = (name: string): Box => places.get(name) as Box;
  const edges = EDGES.map(({ from, to }) => ({
    ...arc(place(from), place(to), places),
    lines: ['12,345 · 98.7 ms', ...(to === 'payment-provider' ? ['18.2% errors'] : [])],
  }));
  const boxes = [...places.values(), ...placeFigures(edges, places).map(({ box }) => box)];
  const covered = boxes.flatMap((box, i) => boxes.slice(i + 1).filter((other) => overlap(box, other)));
  expect(boxes).toHaveLength(NODES.length + EDGES.length);
  expect(covered).toEqual([]);
});

it('on a phone all nodes are inside a picture of its width, and none covers another', async () => {
  const { layOut, overlap } = await drawing();
  const { places, width, height } = layOut({ nodes: NODES, edges: EDGES }, true);
  expect(width).toBeLessThanOrEqual(390);
  const nodes = [...places.values()];
  for (const { x, y, ...size } of nodes) {
    expect(Math.min(x - size.width / 2, y - size.height / 2)).toBeGreaterThanOrEqual(0);
    expect(x + size.width / 2).toBeLessThanOrEqual(width);
    expect(y + size.height / 2).toBeLessThanOrEqual(height);
  }
  expect(nodes.flatMap((node, i) => nodes.slice(i + 1).filter((other) => overlap(node, other)))).toEqual([]);
});
