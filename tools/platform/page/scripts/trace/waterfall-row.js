import { colourOf } from '../colours.js';
import { h } from '../dom.js';
import { counted, duration } from '../format.js';

const INDENT_MAX = 12;
const percent = (part) => `${100 * Math.min(1, Math.max(0, part))}%`;

/** A span: where it belongs on the left, when it was on the right. */
export function spanRow(row, { totalUs, traceId, chosen }, actions) {
  const elsewhere = row.traceId !== traceId;
  return h(
    'div',
    {
      class: 'row span',
      'data-colour': colourOf(row.service),
      'data-failed': row.failed,
      'data-compensates': row.compensates,
      'data-shared': elsewhere,
      'data-chosen': chosen,
    },
    h(
      'div',
      { class: 'label', style: { '--depth': Math.min(row.depth, INDENT_MAX) } },
      foldButton(row, actions),
      h('i', { class: 'dot' }),
      h('span', { class: 'name', title: row.attributes['db.query.text'] ?? row.name }, row.name),
      marksOf(row),
      row.changesService && h('span', { class: 'service' }, row.service),
    ),
    h('div', { class: 'lane' }, bar(row, totalUs), ticks(row, totalUs)),
    h('button', {
      class: 'open',
      type: 'button',
      'data-key': row.key,
      'aria-label': labelOf(row),
      onclick: actions.choose,
    }),
  );
}

/** The place of a parent that never came. */
export const missingRow = (row, { chosen }, actions) =>
  h(
    'div',
    { class: 'row missing', 'data-chosen': chosen },
    h(
      'div',
      { class: 'label', style: { '--depth': Math.min(row.depth, INDENT_MAX) } },
      foldButton({ ...row, name: 'the missing span' }, actions),
      h('i', { class: 'dot' }),
      h('span', { class: 'name' }, 'Missing span'),
      h('span', { class: 'service mono' }, row.spanId),
    ),
    h('div', { class: 'lane' }, h('span', { class: 'why' }, 'not exported yet, or lost with its process')),
  );

const labelOf = ({ name, service, durationUs, compensates, failed }) =>
  [name, service, duration(durationUs), compensates && 'compensation', failed && 'failed']
    .filter(Boolean)
    .join(', ');

const foldButton = ({ isParent, name, key }, { fold, folded }) =>
  isParent
    ? h(
        'button',
        {
          class: 'fold',
          type: 'button',
          'data-key': `fold ${key}`,
          'aria-expanded': String(!folded),
          'aria-label': `What is below ${name}`,
          onclick: fold,
        },
        '▾',
      )
    : h('span', { class: 'fold' });

function marksOf({ events, sharedWith, failed, compensates, attributes }) {
  const resent = events.filter(({ name }) => name === 'saga.resent').length;
  const messages = attributes['doorbuster.batch.events'];
  const turns = events.flatMap(turnIn);
  // Beside other badges only its sign, so that the name of the span stays readable.
  const compensation = turns.length > 0 || failed ? '↩' : '↩ compensation';
  return [
    failed && h('span', { class: 'badge bad' }, 'error'),
    compensates && h('span', { class: 'badge warn', title: 'Undoes a step of the saga' }, compensation),
    ...turns,
    resent > 0 && h('span', { class: 'badge warn' }, `resent ×${resent}`),
    sharedWith > 0 &&
      h(
        'span',
        { class: 'badge shared', title: 'One transaction did the work of all of them' },
        `shared with ${counted(sharedWith, 'other')}`,
      ),
    messages > 1 &&
      sharedWith === undefined &&
      h('span', { class: 'badge', title: 'Messages in its batch' }, `batch of ${messages}`),
  ];
}

const TURNS = {
  'saga.refused': { words: 'refused', tone: 'bad' },
  'saga.timed_out': { words: 'timed out', tone: 'bad' },
  'saga.stalled': { words: 'stalled', tone: 'bad' },
  'saga.compensating': { words: 'compensating', tone: 'warn' },
  'saga.compensated': { words: 'compensated', tone: 'warn' },
};

/** Where a saga stopped going forward. */
function turnIn({ name, attributes }) {
  const turn = TURNS[name];
  if (turn === undefined) return [];
  const title = [attributes['saga.step'], attributes['saga.reason']].filter(Boolean).join(': ');
  return [h('span', { class: `badge ${turn.tone}`, title }, turn.words)];
}

function bar({ offsetUs, durationUs }, totalUs) {
  const [from, width] = [offsetUs / totalUs, durationUs / totalUs];
  const before = from + width > 0.85 && from > 0.15;
  return [
    h('i', { class: 'bar', style: { left: percent(from), width: percent(width) } }),
    h(
      'span',
      {
        class: 'took',
        'data-inside': !before && from + width > 0.85,
        style: before
          ? { right: percent(1 - from) }
          : { left: percent(from + width > 0.85 ? from : from + width) },
      },
      duration(durationUs),
    ),
  ];
}

const ticks = ({ events }, totalUs) =>
  events.map(({ name, offsetUs }) =>
    h('i', {
      class: 'tick',
      title: `${name} at ${duration(offsetUs)}`,
      'data-event': name,
      style: { left: percent(offsetUs / totalUs) },
    }),
  );
