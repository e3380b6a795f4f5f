import { h } from '../dom.js';
import { duration } from '../format.js';
import { unfolded } from './rows.js';
import { missingRow, spanRow } from './waterfall-row.js';

const TICKS = 4;

/** The spans as bars over time, parents above their children. `actions.choose` and `actions.fold` take a row's key. */
export function waterfall(trace, { chosen, folded, choose, fold }) {
  const rows = unfolded(trace.rows, folded).map((row) => {
    const settings = {
      totalUs: Math.max(1, trace.durationUs),
      traceId: trace.traceId,
      chosen: row.key === chosen,
    };
    const actions = { choose: () => choose(row.key), fold: () => fold(row.key), folded: folded.has(row.key) };
    return row.kind === 'missing' ? missingRow(row, settings, actions) : spanRow(row, settings, actions);
  });
  return h('div', { class: 'waterfall', onkeydown: walk }, ruler(trace.durationUs), rows);
}

function ruler(totalUs) {
  const ticks = Array.from({ length: TICKS + 1 }, (_, index) => index / TICKS);
  const marks = ticks.map((part) =>
    h('span', { style: { left: `${100 * part}%` } }, part === 0 ? '0' : duration(totalUs * part)),
  );
  return h(
    'div',
    { class: 'ruler' },
    h('div', { class: 'label' }, 'Span'),
    h('div', { class: 'marks' }, marks),
  );
}

/** Arrow keys go from span to span. */
function walk(event) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step === undefined) return;
  const all = [...event.currentTarget.querySelectorAll('.span > .open')];
  const next = all[all.indexOf(document.activeElement) + step];
  if (next === undefined) return;
  event.preventDefault();
  next.focus();
}
