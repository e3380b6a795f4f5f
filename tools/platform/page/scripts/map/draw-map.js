import { colourOf } from '../colours.js';
import { s } from '../dom.js';
import { count, duration, share } from '../format.js';
import { layOut, NODE } from './layout.js';
import { arc } from './arc.js';

/** The map as a picture; the table below it says the same. */
export function drawMap(map) {
  const { places, width, height } = layOut(map);
  const between = map.edges.filter(({ from, to }) => from !== to);
  const arrows = ['plain', 'failed'].map(arrowHead);
  return s(
    'svg',
    { viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': 'Services and who calls whom' },
    s('defs', {}, arrows),
    between.map((edge) => drawEdge(edge, places)),
    map.nodes.map((node) => drawNode(node, places.get(node.name))),
    between.map((edge) => drawFigures(edge, places)),
  );
}

const arrowHead = (kind) =>
  s(
    'marker',
    {
      id: `arrow-${kind}`,
      viewBox: '0 0 8 8',
      refX: 7,
      refY: 4,
      markerWidth: 8,
      markerHeight: 8,
      markerUnits: 'userSpaceOnUse',
      orient: 'auto',
    },
    s('path', { d: 'M0 0.5 8 4 0 7.5z', class: `arrow ${kind}` }),
  );

const drawEdge = (edge, places) =>
  s('path', {
    class: 'edge',
    d: arc(places.get(edge.from), places.get(edge.to), places).path,
    'data-via': edge.via,
    'data-failed': edge.errors > 0,
    'marker-end': `url(#arrow-${edge.errors > 0 ? 'failed' : 'plain'})`,
    style: { 'stroke-width': `${1 + Math.log10(1 + edge.count) * 0.7}px` },
  });

function drawFigures({ from, to, count: calls, errors, p95Us, destinations }, places) {
  const { x, y } = arc(places.get(from), places.get(to), places).figures;
  return s(
    'text',
    { class: 'figures', x, y, 'data-failed': errors > 0 },
    s('title', {}, [`${from} to ${to}`, ...destinations].join('\n')),
    s('tspan', { x }, `${count(calls)} · ${duration(p95Us)}`),
    errors > 0 && s('tspan', { x, dy: '1.2em', class: 'errors' }, `${share(errors, calls)} errors`),
  );
}

const drawNode = ({ name, kind, spans, errors }, { x, y }) =>
  s(
    'g',
    {
      class: 'node',
      'data-colour': colourOf(name),
      'data-kind': kind,
      transform: `translate(${x - NODE.width / 2} ${y - NODE.height / 2})`,
    },
    s('title', {}, name),
    s('rect', { width: NODE.width, height: NODE.height, rx: kind === 'service' ? 10 : 26 }),
    s('text', { x: NODE.width / 2, y: 22, class: 'name' }, name.length > 16 ? `${name.slice(0, 15)}…` : name),
    s('text', { x: NODE.width / 2, y: 39, class: 'about' }, aboutNode(kind, spans, errors)),
  );

const aboutNode = (kind, spans, errors) =>
  `${count(spans)} ${kind === 'service' ? 'spans' : 'calls'}${errors > 0 ? ` · ${share(errors, spans)} err` : ''}`;
