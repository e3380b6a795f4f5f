import { get } from '../api.js';
import { h, replaceChildren } from '../dom.js';
import { duration, time } from '../format.js';
import { follow } from '../live.js';

const GOOD = ['SUCCEEDED', 'COMPLETED', 'COMPENSATED'];
const BAD = ['REFUSED', 'TIMED_OUT', 'STALLED'];
const WARNING = ['RESENT', 'COMPENSATING', 'RETRIED'];

/** What the sagas of orders did, as the gateway tells it; it keeps that for longer than a trace is kept. */
export function sagaPanel(orderIds) {
  const places = orderIds.map((id) => ({
    id,
    element: h('div', {}, h('p', { class: 'quiet' }, 'Asking the gateway…')),
  }));
  const followings = places.map(({ id, element }) =>
    follow(
      () => get(`orders/${encodeURIComponent(id)}/timeline`),
      (timeline) => replaceChildren(element, steps(timeline)),
      (error) => replaceChildren(element, h('p', { class: 'quiet' }, error.message)),
    ),
  );
  const parts = places.map(({ id, element }) => [h('p', { class: 'order mono' }, id), element]);
  const element = h(
    'section',
    { class: 'panel saga' },
    h('header', {}, h('h2', {}, 'Saga of the order')),
    parts,
  );
  return { element, end: () => followings.forEach(({ end }) => end()) };
}

function steps({ items }) {
  if (items.length === 0) return h('p', { class: 'quiet' }, 'Nothing happened yet.');
  const beganMs = Date.parse(items[0].at);
  return h(
    'ol',
    { class: 'steps' },
    items.map((item) => step(item, beganMs)),
  );
}

const step = ({ at, saga, step: name, transition, attempt, reason, traceId }, beganMs) =>
  h(
    'li',
    { 'data-tone': toneOf(transition) },
    h(
      'p',
      {},
      h('strong', {}, name || saga),
      h('span', { class: 'transition' }, transition.toLowerCase().replaceAll('_', ' ')),
      attempt > 1 && h('span', { class: 'badge warn' }, `attempt ${attempt}`),
    ),
    reason !== null && h('p', { class: 'reason' }, reason),
    h(
      'p',
      { class: 'at' },
      h('span', { title: time(Date.parse(at) * 1_000) }, `+${duration((Date.parse(at) - beganMs) * 1_000)}`),
      traceId !== '' &&
        !location.pathname.endsWith(traceId) &&
        h('a', { href: `/traces/${encodeURIComponent(traceId)}` }, 'its trace'),
    ),
  );

function toneOf(transition) {
  if (GOOD.includes(transition)) return 'good';
  if (BAD.includes(transition)) return 'bad';
  return WARNING.includes(transition) ? 'warn' : 'plain';
}
