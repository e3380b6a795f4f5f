import { h } from './dom.js';

/** What became of an order: its words, a sign beside them, and a tone, so that the colour alone says nothing. */
export const OUTCOMES = {
  CONFIRMED: { words: 'confirmed', sign: '✓', tone: 'good' },
  DECLINED: { words: 'declined', sign: '✕', tone: 'bad' },
  OUT_OF_STOCK: { words: 'out of stock', sign: '○', tone: 'plain' },
  CANCELLED: { words: 'cancelled', sign: '↩', tone: 'warn' },
  TIMED_OUT: { words: 'timed out', sign: '◔', tone: 'warn' },
  REFUSED: { words: 'refused', sign: '–', tone: 'plain' },
  FAILED: { words: 'failed', sign: '✕', tone: 'bad' },
  STALLED: { words: 'stalled', sign: '!', tone: 'bad' },
  IN_PROGRESS: { words: 'in progress', sign: '…', tone: 'plain' },
};

export function outcomeBadge(order) {
  if (order === null) return undefined;
  const { words, sign, tone } = OUTCOMES[order.outcome];
  return h(
    'span',
    { class: `badge outcome ${tone}`, title: order.reason ?? `The order is ${words}` },
    h('span', { 'aria-hidden': 'true' }, `${sign} `),
    words,
  );
}
