import { h } from './dom.js';
import { count, counted } from './format.js';
import { outcomeBadge } from './outcomes.js';

/** What should not be missed about a trace. */
export const badges = ({ order, errors, resent, complete, dropped }) => [
  outcomeBadge(order),
  errors > 0 && h('span', { class: 'badge bad' }, counted(errors, 'error')),
  resent > 0 &&
    h('span', { class: 'badge warn', title: 'Commands that were sent again' }, `resent ×${count(resent)}`),
  !complete && h('span', { class: 'badge', title: 'Its first span is not here (yet)' }, 'incomplete'),
  dropped > 0 &&
    h(
      'span',
      { class: 'badge', title: 'More spans than are kept of one trace' },
      `${count(dropped)} not kept`,
    ),
];
