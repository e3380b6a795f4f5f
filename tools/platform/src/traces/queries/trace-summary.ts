import { textAttribute, type Span } from '../store/span.js';
import type { StoredTrace } from '../store/trace-store.js';
import { orderOutcomeIn, sagaEventsIn, type OrderOutcome } from './order-outcome.js';

const ORDER_IDS_MAX = 5;
const ORDER_ID = 'doorbuster.order.id';
const RESENT = 'saga.resent';
/** The `user-agent` of the page's own requests to the gateway. */
export const OWN_USER_AGENT = 'doorbuster-traces-page';

export interface TraceSummary {
  traceId: string;
  /** Name of the root span, or when `complete` is false of the earliest span whose parent is missing. */
  name: string;
  service: string;
  complete: boolean;
  startUs: number;
  durationUs: number;
  spans: number;
  dropped: number;
  errors: number;
  /** Commands that a saga repeated. */
  resent: number;
  /** Number of spans by service. */
  services: { name: string; spans: number }[];
  orderIds: string[];
  /** `null` without an order. */
  order: OrderOutcome | null;
  /** Whether the page itself sent the request. */
  isOwn: boolean;
}

/** Cached: a trace rarely changes and is read often. */
const known = new WeakMap<StoredTrace, { version: number; summary: TraceSummary }>();

/** `undefined` for a trace without spans. */
export function summaryOf(trace: StoredTrace): TraceSummary | undefined {
  const before = known.get(trace);
  if (before?.version === trace.version) return before.summary;
  const spans = [...trace.spans.values()].toSorted((a, b) => a.startUs - b.startUs);
  const summary = summarise(trace, spans);
  if (summary !== undefined) known.set(trace, { version: trace.version, summary });
  return summary;
}

function summarise({ traceId, spans: byId, dropped }: StoredTrace, spans: Span[]): TraceSummary | undefined {
  const real = spans.find(({ parentSpanId }) => parentSpanId === '');
  const first = real ?? spans.find(({ parentSpanId }) => !byId.has(parentSpanId)) ?? spans[0];
  if (first === undefined) return undefined;
  const startUs = spans[0]?.startUs ?? first.startUs;
  const events = sagaEventsIn(spans);
  const endUs = spans.reduce((latest, span) => Math.max(latest, span.endUs), startUs);
  return {
    traceId,
    name: first.name,
    service: first.service,
    complete: real !== undefined,
    startUs,
    durationUs: endUs - startUs,
    spans: spans.length,
    dropped,
    errors: spans.filter(({ failed }) => failed).length,
    resent: events.filter(({ name }) => name === RESENT).length,
    services: countServices(spans),
    orderIds: orderIdsIn(spans),
    order: orderOutcomeIn(first, events) ?? null,
    isOwn: textAttribute(first, 'user_agent.original') === OWN_USER_AGENT,
  };
}

function countServices(spans: Span[]): TraceSummary['services'] {
  const counts = new Map<string, number>();
  for (const { service } of spans) counts.set(service, (counts.get(service) ?? 0) + 1);
  return [...counts].map(([name, count]) => ({ name, spans: count }));
}

function orderIdsIn(spans: Span[]): string[] {
  const ids = spans.map((span) => textAttribute(span, ORDER_ID)).filter((id) => id !== undefined);
  return [...new Set(ids)].slice(0, ORDER_IDS_MAX);
}
