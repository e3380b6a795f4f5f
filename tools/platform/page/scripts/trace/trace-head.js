import { badges } from '../badges.js';
import { colourOf } from '../colours.js';
import { h } from '../dom.js';
import { ago, counted, day, duration, time } from '../format.js';

/** What a trace is, in a few words. */
export const traceHead = (trace) =>
  h(
    'div',
    { class: 'head' },
    h('a', { class: 'back', href: '/' }, '← Traces'),
    h('h1', {}, trace.name, ' ', h('span', { class: 'badges' }, badges(trace))),
    h(
      'dl',
      { class: 'facts' },
      fact('Took', h('strong', {}, duration(trace.durationUs))),
      fact(
        'Began',
        h('span', { title: ago(trace.startUs) }, `${day(trace.startUs)}, ${time(trace.startUs)}`),
      ),
      fact('Spans', counted(trace.spans, 'span')),
      fact('Trace', h('code', {}, trace.traceId)),
      trace.orderIds.length > 0 && fact('Order', orderLinks(trace.orderIds)),
      trace.order?.reason && fact('Reason', trace.order.reason),
    ),
    !trace.complete &&
      h(
        'p',
        { class: 'quiet incomplete' },
        'Its first span is not here: not exported yet, or lost with the process that had it. This is what came from the others.',
      ),
    h('ul', { class: 'legend' }, trace.services.map(legendItem)),
  );

const fact = (name, value) => h('div', {}, h('dt', {}, name), h('dd', {}, value));

const orderLinks = (orderIds) =>
  orderIds.map((id) => h('a', { class: 'mono', href: `/?order=${encodeURIComponent(id)}` }, id));

const legendItem = ({ name, spans }) =>
  h('li', { 'data-colour': colourOf(name) }, h('i', { class: 'dot' }), name, h('small', {}, spans));
