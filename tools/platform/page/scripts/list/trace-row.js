import { badges } from '../badges.js';
import { colourOf } from '../colours.js';
import { h } from '../dom.js';
import { ago, counted, duration, time } from '../format.js';
import { OUTCOMES } from '../outcomes.js';

/** A trace in one line, which leads to it. */
export function traceRow(trace, longestUs) {
  return h(
    'a',
    {
      class: 'trace',
      href: `/traces/${trace.traceId}`,
      'data-key': trace.traceId,
      'data-tone': trace.order === null ? trace.errors > 0 && 'bad' : OUTCOMES[trace.order.outcome].tone,
    },
    h('span', { class: 'when', title: ago(trace.startUs) }, time(trace.startUs)),
    h(
      'span',
      { class: 'what' },
      h('span', { class: 'name' }, trace.name),
      h('span', { class: 'about' }, about(trace)),
    ),
    h('span', { class: 'badges' }, badges(trace)),
    h('span', { class: 'spans' }, serviceBar(trace), h('small', {}, counted(trace.spans, 'span'))),
    h('span', { class: 'took' }, duration(trace.durationUs), gauge(trace.durationUs, longestUs)),
  );
}

function about({ service, orderIds, order }) {
  const reason = order?.reason ? [h('span', { class: 'reason' }, order.reason)] : [];
  if (orderIds.length === 0) return [service, ...reason];
  const [first] = orderIds;
  return [
    h('span', {}, `order ${first}${orderIds.length > 1 ? ` and ${orderIds.length - 1} more` : ''}`),
    ...reason,
  ];
}

/** The services as colours, as wide as their parts in the spans. */
const serviceBar = ({ services }) =>
  h(
    'span',
    {
      class: 'services',
      title: services.map(({ name, spans }) => `${name}: ${counted(spans, 'span')}`).join('\n'),
    },
    services.map(({ name, spans }) =>
      h('i', { 'data-colour': colourOf(name), style: { 'flex-grow': spans } }),
    ),
  );

/** Logarithmic: some take milliseconds and some a minute. */
function gauge(us, longestUs) {
  const part = Math.log10(1 + us / 100) / Math.log10(1 + longestUs / 100);
  return h('span', { class: 'gauge' }, h('i', { style: { width: `${Math.max(2, 100 * part)}%` } }));
}
