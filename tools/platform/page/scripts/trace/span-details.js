import { colourOf } from '../colours.js';
import { h } from '../dom.js';
import { count, counted, duration } from '../format.js';

/** All that is known about a span. */
export function spanDetails(row, viewedTraceId, close) {
  if (row.kind === 'missing') return missing(row, close);
  return h(
    'section',
    { class: 'panel details', 'data-colour': colourOf(row.service) },
    heading(row.name, close),
    h(
      'p',
      { class: 'of' },
      h('i', { class: 'dot' }),
      row.service,
      h('span', { class: 'kind' }, row.spanKind.toLowerCase()),
    ),
    h(
      'dl',
      { class: 'facts' },
      fact('Took', duration(row.durationUs)),
      fact('Began after', duration(row.offsetUs)),
      fact('Span', h('code', {}, row.spanId)),
    ),
    row.failed && h('p', { class: 'failure' }, row.statusMessage || 'Failed, without saying why.'),
    sharing(row, viewedTraceId),
    attributes(row.attributes, 'Attributes'),
    events(row.events),
    links(row),
  );
}

const heading = (name, close) =>
  h(
    'header',
    {},
    h('h2', {}, name),
    h('button', { class: 'close', type: 'button', 'aria-label': 'Close', onclick: close }, '×'),
  );

const missing = ({ spanId }, close) =>
  h('section', { class: 'panel details' }, heading('Missing span', close), h('p', {}, h('code', {}, spanId)));

const fact = (name, value) => h('div', {}, h('dt', {}, name), h('dd', {}, value));

function sharing({ traceId, spanId, sharedWith }, viewedTraceId) {
  const elsewhere = traceId !== viewedTraceId;
  if (!elsewhere && !sharedWith) return undefined;
  return h(
    'p',
    { class: 'sharing' },
    sharedWith > 0 &&
      `One transaction for this order and ${counted(sharedWith, 'other')}, whose messages came in the same batch. `,
    elsewhere && h('a', { href: `/traces/${traceId}#${spanId}` }, 'It stands in another trace.'),
  );
}

function attributes(values, title) {
  const names = Object.keys(values).toSorted();
  if (names.length === 0) return undefined;
  const entries = names.flatMap((name) => [h('dt', {}, name), h('dd', {}, attribute(name, values[name]))]);
  return h('div', { class: 'part' }, title && h('h3', {}, title), h('dl', { class: 'attributes' }, entries));
}

function attribute(name, value) {
  if (name === 'doorbuster.order.id')
    return h('a', { href: `/?order=${encodeURIComponent(value)}` }, String(value));
  if (name === 'db.query.text' || name === 'db.statement') return h('pre', {}, String(value));
  return String(value);
}

const events = (list) =>
  list.length > 0 &&
  h(
    'div',
    { class: 'part' },
    h('h3', {}, `Events (${count(list.length)})`),
    h(
      'ol',
      { class: 'events' },
      list.map(({ name, offsetUs, attributes: values }) =>
        h(
          'li',
          {},
          h('span', { class: 'at' }, duration(offsetUs)),
          h('strong', {}, name),
          attributes(values),
        ),
      ),
    ),
  );

const links = ({ links: list, moreLinks }) =>
  list.length > 0 &&
  h(
    'div',
    { class: 'part' },
    h('h3', {}, `Links (${count(list.length + moreLinks)})`),
    h('ul', { class: 'links' }, list.map(linkItem)),
    moreLinks > 0 && h('p', { class: 'quiet' }, `and ${count(moreLinks)} more`),
  );

const linkItem = ({ traceId, spanId, target }) =>
  h(
    'li',
    { 'data-colour': target === null ? undefined : colourOf(target.service) },
    h('i', { class: 'dot' }),
    target === null
      ? h('span', { class: 'gone' }, `a span that is not here, of trace ${traceId.slice(0, 8)}…`)
      : h('a', { href: `/traces/${traceId}#${spanId}` }, `${target.service}: ${target.name}`),
    h('code', {}, traceId.slice(0, 8)),
  );
