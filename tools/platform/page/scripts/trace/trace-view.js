import { get } from '../api.js';
import { h, replaceChildren } from '../dom.js';
import { follow } from '../live.js';
import { withKeys } from './rows.js';
import { sagaPanel } from './saga-timeline.js';
import { spanDetails } from './span-details.js';
import { traceHead } from './trace-head.js';
import { waterfall } from './waterfall.js';

/** One trace: its spans over time, the chosen one in full, and the saga of its order beside them. */
export function showTrace(root, traceId) {
  document.title = `Trace ${traceId.slice(0, 8)}`;
  root.className = 'trace-view';
  const state = {
    trace: undefined,
    chosen: undefined,
    folded: new Set(),
    addressed: false,
    panel: undefined,
  };
  const head = h('div');
  const main = h('div', { class: 'waterfall-place' });
  const details = h('div', { class: 'details-place' });
  const saga = h('div');
  root.append(
    head,
    h(
      'div',
      { class: 'columns' },
      main,
      h('aside', { 'aria-label': 'The chosen span and the saga', tabindex: 0 }, details, saga),
    ),
  );

  const draw = () => {
    replaceChildren(
      main,
      waterfall(state.trace, { chosen: state.chosen, folded: state.folded, choose, fold }),
    );
    const row = state.trace.rows.find(({ key }) => key === state.chosen);
    replaceChildren(
      details,
      ...(row === undefined ? [] : [spanDetails(row, traceId, () => choose(undefined))]),
    );
  };
  const choose = (key) => {
    state.chosen = key;
    draw();
  };
  const fold = (key) => {
    if (!state.folded.delete(key)) state.folded.add(key);
    draw();
  };
  const show = (trace) => {
    state.trace = { ...trace, rows: withKeys(trace.rows) };
    document.title = `${trace.name} · trace ${traceId.slice(0, 8)}`;
    const meant = state.addressed ? undefined : spanInAddress(state.trace);
    if (meant !== undefined) Object.assign(state, { chosen: meant, addressed: true });
    replaceChildren(head, traceHead(trace));
    draw();
    if (meant !== undefined) main.querySelector('[data-chosen]')?.scrollIntoView({ block: 'center' });
    showSaga(trace.orderIds);
  };
  const showSaga = (orderIds) => {
    if (orderIds.join() === state.panel?.orderIds.join()) return;
    state.panel?.end();
    state.panel = orderIds.length === 0 ? undefined : { orderIds, ...sagaPanel(orderIds) };
    saga.replaceChildren(...(state.panel === undefined ? [] : [state.panel.element]));
  };
  const fail = (error) => {
    if (state.trace !== undefined) return;
    replaceChildren(
      head,
      h('a', { class: 'back', href: '/' }, '← Traces'),
      h('div', { class: 'notice' }, h('h1', {}, `Trace ${traceId.slice(0, 8)}`), h('p', {}, error.message)),
    );
  };
  const following = follow(() => get(`traces/${encodeURIComponent(traceId)}`), show, fail);
  return () => {
    following.end();
    state.panel?.end();
  };
}

/** A link from another trace names the span that it means: `/traces/<id>#<span id>`. */
function spanInAddress({ rows }) {
  const wanted = location.hash.slice(1);
  return wanted === '' ? undefined : rows.find(({ spanId }) => spanId === wanted)?.key;
}
