import { colourOf } from '../colours.js';
import { s } from '../dom.js';
import { count, duration, share } from '../format.js';
import { arc } from './arc.js';
import { placeFigures } from './figures.js';
import { layOut } from './layout.js';

/** The map as a picture; the table below it says the same. On a phone there is no room for figures. */
export function drawMap(map, isNarrow) {
  const { places, width, height } = layOut(map, isNarrow);
  const between = map.edges
    .filter(({ from, to }) => from !== to)
    .map((edge) => ({
      ...edge,
      ...arc(places.get(edge.from), places.get(edge.to), places),
      lines: linesOf(edge),
    }));
  return s(
    'svg',
    {
      viewBox: `0 0 ${width} ${height}`,
      role: 'img',
      'aria-label': 'Services and who calls whom',
      'data-narrow': isNarrow,
    },
    s('defs', {}, ['plain', 'failed'].map(arrowHead)),
    between.map(drawEdge),
    map.nodes.map((node) => drawNode(node, places.get(node.name), isNarrow)),
    isNarrow ? [] : placeFigures(between, places).map(drawFigures),
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

const drawEdge = ({ from, to, path, via, errors, count: calls, destinations }) =>
  s(
    'path',
    {
      class: 'edge',
      d: path,
      'data-via': via,
      'data-failed': errors > 0,
      'marker-end': `url(#arrow-${errors > 0 ? 'failed' : 'plain'})`,
      style: { 'stroke-width': `${1 + Math.log10(1 + calls) * 0.7}px` },
    },
    s('title', {}, [`${from} to ${to}`, ...destinations].join('\n')),
  );

const linesOf = ({ count: calls, errors, p95Us }) => [
  `${count(calls)} · ${duration(p95Us)}`,
  ...(errors > 0 ? [`${share(errors, calls)} errors`] : []),
];

function drawFigures({ from, to, destinations, lines, box: { x, y, width, height } }) {
  const [figures, failures] = lines;
  return s(
    'g',
    { class: 'figures' },
    s('title', {}, [`${from} to ${to}`, ...destinations].join('\n')),
    s('rect', { x: x - width / 2, y: y - height / 2, width, height }),
    s(
      'text',
      { x, y: failures === undefined ? y : y - 7 },
      s('tspan', { x }, figures),
      failures !== undefined && s('tspan', { x, dy: '1.2em', class: 'errors' }, failures),
    ),
  );
}

const drawNode = ({ name, kind, spans, errors }, { x, y, width, height }, isNarrow) =>
  s(
    'g',
    {
      class: 'node',
      'data-colour': colourOf(name),
      'data-kind': kind,
      transform: `translate(${x - width / 2} ${y - height / 2})`,
    },
    s('title', {}, name),
    s('rect', { width, height, rx: kind === 'service' ? 10 : height / 2 }),
    s(
      'text',
      { x: width / 2, y: height * 0.42, class: 'name' },
      name.length > 16 ? `${name.slice(0, 15)}…` : name,
    ),
    s('text', { x: width / 2, y: height * 0.77, class: 'about' }, aboutNode(kind, spans, errors, isNarrow)),
  );

function aboutNode(kind, spans, errors, isNarrow) {
  const handled = `${count(spans)} ${kind === 'service' ? 'spans' : 'calls'}`;
  if (errors === 0) return handled;
  return isNarrow ? `${share(errors, spans)} errors` : `${handled} · ${share(errors, spans)} err`;
}
