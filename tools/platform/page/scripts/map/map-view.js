import { get } from '../api.js';
import { colourOf } from '../colours.js';
import { h, replaceChildren } from '../dom.js';
import { count, counted, duration, share } from '../format.js';
import { follow } from '../live.js';
import { drawMap } from './draw-map.js';

/** As in the style sheet. */
const narrow = matchMedia('(max-width: 640px)');

/** Who calls whom, from all spans that are kept. */
export function showMap(root) {
  document.title = 'Doorbuster service map';
  root.className = 'map-view';
  const place = h('div', { class: 'map', role: 'region', 'aria-label': 'Map', tabindex: 0 });
  const table = h('div', { class: 'edges', role: 'region', 'aria-label': 'Edges of the map', tabindex: 0 });
  const note = h('p', { class: 'quiet' });
  const explanations = h('div', { hidden: true }, key(), note, table);
  root.append(h('h1', { class: 'unseen' }, 'Service map'), place, explanations);
  let shown;
  const show = (map) => {
    shown = map;
    explanations.hidden = map.nodes.length === 0;
    if (explanations.hidden) return fail(new Error('No spans yet. Buy something, and the map draws itself.'));
    replaceChildren(place, drawMap(map, narrow.matches));
    replaceChildren(note, leftOut(map.more));
    replaceChildren(table, edgeTable(map.edges));
  };
  const fail = (error) => replaceChildren(place, h('p', { class: 'notice' }, error.message));
  const redraw = () => shown && show(shown);
  narrow.addEventListener('change', redraw);
  const following = follow(() => get('service-map'), show, fail);
  return () => {
    narrow.removeEventListener('change', redraw);
    following.end();
  };
}

const key = () =>
  h(
    'p',
    { class: 'quiet key' },
    'Solid: calls. Dashed: messages. Red: some of them failed. ',
    h('span', { class: 'wide' }, 'On each arrow: how many · p95, how long 95 % of them took at most.'),
    h(
      'span',
      { class: 'phone' },
      'How many there were is in the table below. p95: 95 % of them took at most this long.',
    ),
  );

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
    h('td', { class: 'from' }, named(from)),
    h('td', { class: 'to' }, named(to)),
    h('td', { class: 'by' }, via, destinations.length > 0 && h('small', {}, destinations.join(', '))),
    h('td', { class: 'number', 'data-title': 'Count' }, count(calls)),
    h('td', { class: 'number errors', 'data-title': 'Errors' }, share(errors, calls)),
    h('td', { class: 'number', 'data-title': 'p95' }, duration(p95Us)),
  );

const named = (name) =>
  h('span', { class: 'named', 'data-colour': colourOf(name) }, h('i', { class: 'dot' }), name);
