import { OUTCOMES, TROUBLES } from '../buyers/sale-event.js';
import { STAGES, type StageFigures } from '../record/stages.js';
import type { Check } from '../verdict/verdict.js';
import { ENDS, type AcceptedOrders } from './accepted-orders.js';
import type { SaleReport } from './report-data.js';
import { count, duration } from './summary.js';

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
export const escapeHtml = (text: string): string => text.replace(/[&<>"]/g, (char) => ENTITIES[char] ?? char);

const MARKS = { KEPT: '✓', BROKEN: '✗', UNKNOWN: '?' } as const;

export function headerOf({ verdict, headline, options, openedAt }: SaleReport): string {
  const where = options.url ?? 'a platform of its own on one machine';
  return `<header class="${verdict.result.toLowerCase()}">
  <p class="mark" aria-hidden="true">${MARKS[verdict.result]}</p>
  <div>
    <p class="eyebrow">Flash sale · ${escapeHtml(openedAt.slice(0, 19).replace('T', ' '))} UTC</p>
    <h1>${escapeHtml(headline)}</h1>
    <p>${count(options.buyers)} buyers for ${count(options.stock)} units at ${escapeHtml(where)}${options.chaos ? ', with processes killed in the middle' : ''}.</p>
  </div>
</header>`;
}

export function tilesOf({ totals, soldOutAtMs, finalAtMs, stages, stock }: SaleReport): string {
  const p99 = (name: StageFigures['stage']): string => {
    const stage = stages.find((one) => one.stage === name);
    return stage && stage.count > 0 ? duration(stage.p99) : '–';
  };
  const retries = Object.values(totals.retries).reduce((sum, n) => sum + n, 0);
  const tiles: [string, string, string][] = [
    [
      'Units sold',
      count(stock?.sold ?? totals.accepted.byEnd.BOUGHT ?? 0),
      `${count(stock?.available ?? 0)} left`,
    ],
    ['Orders accepted', count(totals.accepted.total), sumOf(totals.accepted)],
    ['Sold out after', duration(soldOutAtMs), `the last order was final after ${duration(finalAtMs)}`],
    ['Order to outcome, p99', p99('settle'), `"sold out" ${p99('refuse')}`],
    ['Page to see, p99', p99('browse'), `${count(totals.viewed)} pages`],
    ['Asked again', count(retries), 'after an overload or no answer'],
  ];
  const tile = ([label, value, more]: [string, string, string]): string =>
    `<li><span>${escapeHtml(label)}</span><strong>${escapeHtml(value)}</strong><small>${escapeHtml(more)}</small></li>`;
  return `<ul class="tiles">${tiles.map(tile).join('')}</ul>`;
}

export function checksOf(checks: readonly Check[]): string {
  const item = ({ promise, result, detail }: Check): string =>
    `<li class="${result.toLowerCase()}"><b aria-label="${result.toLowerCase()}">${MARKS[result]}</b><div>${escapeHtml(promise)}<small>${escapeHtml(detail)}</small></div></li>`;
  return `<section><h2>Promises</h2><ul class="checks">${checks.map(item).join('')}</ul></section>`;
}

const endsOf = ({ byEnd }: AcceptedOrders): { end: keyof typeof ENDS; n: number }[] =>
  (Object.keys(ENDS) as (keyof typeof ENDS)[])
    .map((end) => ({ end, n: byEnd[end] ?? 0 }))
    .filter(({ n }) => n > 0);

/** `1,000 bought + 98 card declined + ...` */
const sumOf = (accepted: AcceptedOrders): string =>
  endsOf(accepted)
    .map(({ end, n }) => `${count(n)} ${ENDS[end]}`)
    .join(' + ');

export function acceptedOf({ totals: { accepted } }: SaleReport): string {
  const ends = endsOf(accepted);
  const most = Math.max(1, ...ends.map(({ n }) => n));
  const row = ({ end, n }: (typeof ends)[number]): string =>
    `<tr><th scope="row">${ENDS[end]}</th><td>${count(n)}</td><td class="bar"><i class="${toneOf(end)}" style="width:${((n / most) * 100).toFixed(1)}%"></i></td></tr>`;
  const sum = ends.reduce((all, { n }) => all + n, 0);
  const notes = [
    'An accepted order ends in exactly one of these. Inventory decides about stock after acceptance.',
    ...(accepted.refusedWithoutOrder > 0
      ? [`${count(accepted.refusedWithoutOrder)} buyers were told "sold out" at once, without an order.`]
      : []),
    ...(accepted.unknownToBuyers > 0
      ? [`The buyers of ${count(accepted.unknownToBuyers)} of them left before they had the answer.`]
      : []),
  ];
  return `<section><h2>Accepted orders</h2><table class="outcomes">${ends.map(row).join('')}${sumRow('all accepted', sum)}</table><p class="note">${notes.join(' ')}</p></section>`;
}

const toneOf = (outcome: string): string => outcome.toLowerCase().replace('_', '-');

const sumRow = (label: string, n: number): string =>
  `<tr class="sum"><th scope="row">${label}</th><td>${count(n)}</td><td></td></tr>`;

export function outcomesOf({ totals }: SaleReport): string {
  const rows = Object.entries(OUTCOMES)
    .map(([key, label]) => ({
      label,
      n: totals.buyersByOutcome[key as keyof typeof OUTCOMES] ?? 0,
      tone: toneOf(key),
    }))
    .filter(({ n }) => n > 0);
  const most = Math.max(1, ...rows.map(({ n }) => n));
  const row = ({ label, n, tone }: (typeof rows)[number]): string =>
    `<tr><th scope="row">${label}</th><td>${count(n)}</td><td class="bar"><i class="${tone}" style="width:${((n / most) * 100).toFixed(1)}%"></i></td></tr>`;
  const all = rows.reduce((sum, { n }) => sum + n, 0);
  const retries = Object.entries(TROUBLES)
    .map(([key, label]) => ({ label, n: totals.retries[key as keyof typeof TROUBLES] ?? 0 }))
    .filter(({ n }) => n > 0)
    .map(({ label, n }) => `${count(n)} × ${label}`);
  const said = Object.entries(totals.said).map(([what, n = 0]) => `${count(n)} × ${escapeHtml(what)}`);
  const reasons = Object.entries(totals.otherReasons).map(
    ([reason, n]) => `${count(n)} × ${escapeHtml(reason)}`,
  );
  const more = [
    retries.length > 0 ? `Asked again: ${retries.join(', ')}.` : 'Nobody had to ask twice.',
    ...(said.length > 0 ? [`They were answered ${said.join(', ')}.`] : []),
    ...(reasons.length > 0 ? [`Other reasons: ${reasons.join(', ')}.`] : []),
  ];
  return `<section><h2>Buyers</h2><table class="outcomes">${rows.map(row).join('')}${sumRow('all who came', all)}</table><p class="note">${more.join(' ')}</p></section>`;
}

const FIGURES = ['count', 'p50', 'p90', 'p99', 'p99.9', 'max'];

export function stagesOf(stages: readonly StageFigures[]): string {
  const shown = stages.filter((stage) => stage.count > 0);
  const longest = Math.max(1, ...shown.map(({ max }) => max));
  const at = (ms: number): string => `${((ms / longest) * 100).toFixed(2)}%`;
  const row = (figures: StageFigures): string => {
    const { stage, p50, p90, p99, p999, max } = figures;
    const cells = [count(figures.count), ...[p50, p90, p99, p999, max].map(duration)]
      .map((text, index) => `<td data-title="${FIGURES[index]}">${text}</td>`)
      .join('');
    return `<tr><th scope="row">${stage}<small>${escapeHtml(STAGES[stage])}</small></th>${cells}
      <td class="range"><i style="left:${at(p50)};right:calc(100% - ${at(p99)})"></i><u style="left:${at(max)}"></u></td></tr>`;
  };
  return `<section class="wide"><h2>Latency by stage</h2><div class="scroll" tabindex="0" role="region" aria-label="Latency by stage"><table class="stages"><thead><tr><th scope="col">stage</th>${FIGURES.map((name) => `<th scope="col">${name}</th>`).join('')}<th scope="col" class="range">p50 – p99, and max</th></tr></thead><tbody>${shown.map(row).join('')}</tbody></table></div>
  <p class="note">Counted from what a buyer intended, not from when a request could be sent: the wait for a connection is part of it. Each bar reaches from p50 to p99; the red mark is the maximum.</p></section>`;
}

export function settingsOf({ options, clientLoad, kills }: SaleReport): string {
  const settings: [string, string][] = [
    ['seed', String(options.seed)],
    ['arrivals', options.rate === 'burst' ? 'burst' : `${count(options.rate)}/s, Poisson`],
    ['declined cards', `${options.declinePercent} %`],
    ['looks before ordering', String(options.browse)],
    ['patience', duration(options.patienceMs)],
    ['look again when sold out', `${options.insistPercent} %`],
    ['follow by events', `${options.followPercent} %`],
    ['connections', count(options.connections)],
    [
      'load generator',
      `${clientLoad.cpuPercent.toFixed(0)} % of a core, lag p99 ${duration(clientLoad.lagP99Ms)}`,
    ],
    ...kills.map(({ part, atMs }): [string, string] => ['kill -9', `${part} at ${duration(atMs)}`]),
  ];
  const item = ([term, value]: [string, string]): string =>
    `<div><dt>${escapeHtml(term)}</dt><dd>${escapeHtml(value)}</dd></div>`;
  return `<footer><dl>${settings.map(item).join('')}</dl></footer>`;
}
