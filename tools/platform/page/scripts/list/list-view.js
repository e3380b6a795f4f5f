import { get } from '../api.js';
import { h, replaceChildren } from '../dom.js';
import { count, counted } from '../format.js';
import { follow } from '../live.js';
import { sagaPanel } from '../trace/saga-timeline.js';
import { filterBar } from './filter-bar.js';
import { traceRow } from './trace-row.js';

const ORDER_ID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;
const UNRECORDED =
  'Only requests below /v1/ are recorded. Those for files (/docs), health and metrics are not, and no filter finds them.';
const NARROW = 'Narrow the filter to see what is further back.';

/** The traces of late. The filter is in the address, so it can be kept and sent to others. */
export function showList(root) {
  document.title = 'Doorbuster traces';
  root.className = 'list-view';
  const rows = h('div', { class: 'traces' });
  const below = h('p', { class: 'below' });
  const saga = sagaOfFilter();
  const bar = filterBar(() => {
    saga.show();
    void following.now();
  });
  const columns = h('div', { class: 'columns' }, h('div', {}, rows, below), h('aside', {}, saga.element));
  root.append(h('h1', { class: 'unseen' }, 'Traces'), bar.element, columns);
  const show = (list) => {
    bar.offer(list.services);
    const longestUs = Math.max(1, ...list.items.map(({ durationUs }) => durationUs));
    const items = list.items.map((item) => traceRow(item, longestUs));
    replaceChildren(rows, ...(items.length === 0 ? [empty(list)] : items));
    below.textContent = footnote(list);
  };
  const fail = (error) => replaceChildren(rows, h('p', { class: 'notice' }, error.message));
  const following = follow(() => get(`traces${location.search}`), show, fail);
  saga.show();
  return () => {
    following.end();
    saga.end();
  };
}

/** With a whole order id in the filter, what its saga did stands beside its traces. */
function sagaOfFilter() {
  const element = h('div');
  let shown = { order: '', end: () => undefined };
  const show = () => {
    const order = new URLSearchParams(location.search).get('order') ?? '';
    if (order === shown.order) return;
    shown.end();
    const panel = ORDER_ID.test(order) ? sagaPanel([order]) : undefined;
    shown = { order, end: panel?.end ?? (() => undefined) };
    element.replaceChildren(...(panel === undefined ? [] : [panel.element]));
  };
  return { element, show, end: () => shown.end() };
}

function empty({ held, own }) {
  if (held.traces > own) {
    return h('div', { class: 'notice' }, h('h2', {}, 'No trace passes this filter'), h('p', {}, UNRECORDED));
  }
  return h(
    'div',
    { class: 'notice' },
    h('h2', {}, 'No traces yet'),
    h('p', {}, 'Buy something, and what happens to the order shows up here within a second.'),
  );
}

function footnote({ more, own, held }) {
  const kept = `${counted(held.traces, 'trace')} with ${counted(held.spans, 'span')} kept in memory`;
  const gone = held.evicted > 0 ? `, ${count(held.evicted)} older ones gone` : '';
  const hidden = own > 0 ? `, ${count(own)} of this page’s own requests not listed` : '';
  return `${more > 0 ? `${count(more)} more. ${NARROW} ` : ''}${kept}${hidden}${gone}. ${UNRECORDED}`;
}
