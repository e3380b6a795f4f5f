import { OUTCOMES, TROUBLES, type Outcome, type Trouble } from '../buyers/sale-event.js';
import type { StageFigures } from '../record/stages.js';
import { ENDS } from './accepted-orders.js';
import type { SaleReport } from './report-data.js';

const MARKS = { KEPT: '✓', BROKEN: '✗', UNKNOWN: '?' } as const;

/** The report for a terminal. */
export function summary(report: SaleReport): string {
  const { verdict, totals, stages, clientLoad } = report;
  return [
    '',
    ...verdict.checks.map(
      ({ promise, result, detail }) => `${MARKS[result]} ${promise.padEnd(60)} ${detail}`,
    ),
    '',
    `buyers   ${counts(totals.buyersByOutcome, OUTCOMES)}`,
    `orders   ${count(totals.accepted.total)} accepted: ${counts(totals.accepted.byEnd, ENDS)}`,
    ...(Object.keys(totals.retries).length > 0 ? [`retries  ${counts(totals.retries, TROUBLES)}`] : []),
    ...Object.entries(totals.said).map(([said, n = 0]) => `answer   ${said}: ${count(n)}`),
    ...Object.entries(totals.otherReasons).map(([reason, n]) => `reason   ${reason}: ${count(n)}`),
    `time     sold out after ${duration(report.soldOutAtMs)}, last order final after ${duration(report.finalAtMs)}`,
    `client   ${clientLoad.cpuPercent.toFixed(0)} % of a core, its own lag p99 ${duration(clientLoad.lagP99Ms)}, max ${duration(clientLoad.lagMaxMs)}`,
    '',
    `${'latency'.padEnd(10)}${['count', 'p50', 'p90', 'p99', 'p99.9', 'max'].map(right).join('')}`,
    ...stages.filter((stage) => stage.count > 0).map(stageLine),
    '',
    `${MARKS[verdict.result]} ${report.headline} (seed ${report.options.seed})`,
  ].join('\n');
}

export const count = (n: number): string => n.toLocaleString('en');

/** Milliseconds, in the unit that reads best. */
export function duration(ms: number | null): string {
  if (ms === null) return '–';
  return ms < 1_000 ? `${ms.toFixed(0)} ms` : `${(ms / 1_000).toFixed(2)} s`;
}

const right = (text: string): string => text.padStart(10);

const stageLine = ({ stage, count: n, p50, p90, p99, p999, max }: StageFigures): string =>
  stage.padEnd(10) + [count(n), ...[p50, p90, p99, p999, max].map(duration)].map(right).join('');

function counts<Key extends Outcome | Trouble>(
  found: Partial<Record<Key, number>>,
  labels: Record<Key, string>,
): string {
  return (Object.keys(labels) as Key[])
    .filter((key) => (found[key] ?? 0) > 0)
    .map((key) => `${count(found[key] ?? 0)} ${labels[key]}`)
    .join(', ');
}
