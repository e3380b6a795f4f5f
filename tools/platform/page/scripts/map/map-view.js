import { get } from '../api.js';
import { colourOf } from '../colours.js';
import { h, replaceChildren } from '../dom.js';
import { count, counted, duration, share } from '../format.js';
import { follow } from '../live.js';
import { drawMap } from './draw-map.js';

/** Who calls whom, from all spans that are kept. */
export function showMap(root) {
  document.title = 'Doorbuster service map';
  root.className = 'map-view';
  const place = h('div', { class: 'map' });
  const table = h('div', { class: 'edges' });
  const note = h('p', { class: 'quiet' });
  root.append(place, note, table);
  const show = (map) => {
    if (map.nodes.length === 0)
      return fail(new Error('No spans yet. Buy something, and the map draws itself.'));
    replaceChildren(place, drawMap(map));
    replaceChildren(note, leftOut(map.more));
    replaceChildren(table, edgeTable(map.edges));
  };
  const fail = (error) => replaceChildren(place, h('p', { class: 'notice' }, error.message));
  return follow(() => get('service-map'), show, fail).end;
}

/** Only the busiest are drawn. */
const leftOut = ({ nodes, edges }) =>
  nodes + edges === 0
    ? ''
    : `Not shown: ${counted(nodes, 'service')} and ${counted(edges, 'way')} with less going on.`;

const COLUMNS = ['From', 'To', 'By', 'Count', 'Errors', 'p95'];

const edgeTable = (edges) =>
  h(
    'table',
    {},
    h(
      'thead',
      {},
      h(
        'tr',
        {},
        COLUMNS.map((name) => h('th', { scope: 'col' }, name)),
      ),
    ),
    h('tbody', {}, edges.toSorted((a, b) => b.count - a.count).map(edgeRow)),
  );

const edgeRow = ({ from, to, via, destinations, count: calls, errors, p95Us }) =>
  h(
    'tr',
    { 'data-failed': errors > 0 },
    h('td', {}, named(from)),
    h('td', {}, named(to)),
    h('td', { class: 'by' }, via, destinations.length > 0 && h('small', {}, destinations.join(', '))),
    h('td', { class: 'number' }, count(calls)),
    h('td', { class: 'number errors' }, share(errors, calls)),
    h('td', { class: 'number' }, duration(p95Us)),
  );

const named = (name) =>
  h('span', { class: 'named', 'data-colour': colourOf(name) }, h('i', { class: 'dot' }), name);
