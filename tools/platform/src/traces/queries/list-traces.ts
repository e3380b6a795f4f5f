import { textAttribute } from '../store/span.js';
import type { StoredTrace, TraceStore } from '../store/trace-store.js';
import type { OrderOutcome } from './order-outcome.js';
import { summaryOf, type TraceSummary } from './trace-summary.js';

/** Maximum choices in a filter. */
const SERVICES_MAX = 200;

export interface TraceFilter {
  /** The beginning of an order's id. */
  order: string | undefined;
  service: string | undefined;
  outcome: OrderOutcome['outcome'] | undefined;
  errorsOnly: boolean;
  durationMsMin: number;
  limit: number;
}

export interface TraceList {
  items: TraceSummary[];
  /** Number of further traces that match the filter. */
  more: number;
  /** Number of traces of the page's own requests, which are not listed. */
  own: number;
  /** All services, as choices of the filter. */
  services: string[];
  held: TraceStore['size'];
}

/** Newest first. */
export function listTraces(store: TraceStore, filter: TraceFilter): TraceList {
  const found: TraceSummary[] = [];
  const services = new Set<string>();
  let own = 0;
  for (const trace of store.all()) {
    const summary = summaryOf(trace);
    if (summary === undefined) continue;
    for (const { name } of summary.services) services.add(name);
    if (summary.isOwn) own += 1;
    else if (passes(trace, summary, filter)) found.push(summary);
  }
  const items = found.toSorted((a, b) => b.startUs - a.startUs).slice(0, filter.limit);
  const choice = [...services].toSorted().slice(0, SERVICES_MAX);
  return { items, more: found.length - items.length, own, services: choice, held: store.size };
}

function passes(trace: StoredTrace, summary: TraceSummary, filter: TraceFilter): boolean {
  if (filter.errorsOnly && summary.errors === 0) return false;
  if (filter.outcome !== undefined && summary.order?.outcome !== filter.outcome) return false;
  if (summary.durationUs < filter.durationMsMin * 1_000) return false;
  if (filter.service !== undefined && !summary.services.some(({ name }) => name === filter.service))
    return false;
  return filter.order === undefined || mentions(trace, filter.order);
}

const mentions = ({ spans }: StoredTrace, order: string): boolean =>
  [...spans.values()].some((span) => textAttribute(span, 'doorbuster.order.id')?.startsWith(order) === true);
