import { get } from '../api.js';
import { h, replaceChildren } from '../dom.js';
import { count, counted } from '../format.js';
import { follow } from '../live.js';
import { sagaPanel } from '../trace/saga-timeline.js';
import { filterBar } from './filter-bar.js';
import { traceRow } from './trace-row.js';

const NARROW = 'Narrow the filter to see what is further back.';

/** The traces of late. The filter is in the address, so it can be kept and sent to others. */
export function showList(root) {
  document.title = 'Doorbuster traces';
  root.className = 'list-view';
  const rows = h('div', { class: 'traces' });
  const below = h('p', { class: 'below' });
  const saga = h('div', { class: 'saga-of-filter' });
  const load = () => get(`traces${location.search}`);
  const bar = filterBar(() => {
    showSaga(saga);
    void following.now();
  });
  root.append(bar.element, saga, rows, below);
  const show = (list) => {
    bar.offer(list.services);
    const longestUs = Math.max(1, ...list.items.map(({ durationUs }) => durationUs));
    replaceChildren(
      rows,
      ...(list.items.length === 0 ? [empty(list)] : list.items.map((item) => traceRow(item, longestUs))),
    );
    below.textContent = footnote(list);
  };
  const fail = (error) => replaceChildren(rows, h('p', { class: 'notice' }, error.message));
  const following = follow(load, show, fail);
  showSaga(saga);
  return following.end;
}

/** With a whole order id in the filter, what its saga did stands above its traces. */
function showSaga(place) {
  const order = new URLSearchParams(location.search).get('order') ?? '';
  if (order === place.dataset.order) return;
  place.dataset.order = order;
  place.replaceChildren();
  if (/^[\da-f-]{36}$/i.test(order)) place.append(sagaPanel([order]).element);
}

function empty({ held }) {
  if (held.traces > 0) return h('p', { class: 'notice' }, 'No trace passes this filter.');
  return h(
    'div',
    { class: 'notice' },
    h('h2', {}, 'No traces yet'),
    h('p', {}, 'Buy something, and what happens to the order shows up here within a second.'),
  );
}

function footnote({ more, held }) {
  const kept = `${counted(held.traces, 'trace')} with ${counted(held.spans, 'span')} kept in memory`;
  const gone = held.evicted > 0 ? `, ${count(held.evicted)} older ones gone` : '';
  return `${more > 0 ? `${count(more)} more. ${NARROW} ` : ''}${kept}${gone}.`;
}
