import type { Span } from '../store/span.js';
import type { TraceStore } from '../store/trace-store.js';
import { placeSpans, type PlacedSpan } from './span-tree.js';

const TRANSACTION = 'transaction';
const SPANS_MAX = 200;

export interface SharedTransaction {
  transaction: Span;
  /** The transaction and what its own service did in it, as far as it is shown. */
  spans: PlacedSpan[];
}

/** The transactions of other traces that did this span's work too, because it came in the same batch. */
export function sharedTransactionsOf(span: Span, store: TraceStore): SharedTransaction[] {
  return span.links.flatMap(({ traceId, spanId }) => {
    const transaction = traceId === span.traceId ? undefined : store.find(traceId, spanId);
    return transaction?.name === TRANSACTION ? [{ transaction, spans: spansOf(transaction, store) }] : [];
  });
}

/** In how many other traces messages were handled in this transaction; `undefined` of a span that is none. */
export function othersIn({ name, links }: Span, viewedFrom: string, owner: string): number | undefined {
  if (name !== TRANSACTION) return undefined;
  const traces = new Set([owner, ...links.map(({ traceId }) => traceId)]);
  traces.delete(viewedFrom);
  return traces.size;
}

function spansOf(transaction: Span, store: TraceStore): PlacedSpan[] {
  const trace = store.get(transaction.traceId)?.spans ?? new Map<string, Span>();
  const all = placeSpans(trace);
  const from = all.findIndex(({ spanId }) => spanId === transaction.spanId);
  const top = all[from]?.depth ?? 0;
  const after = all.slice(from + 1);
  const end = after.findIndex(({ depth }) => depth <= top);
  const below = end === -1 ? after : after.slice(0, end);
  return [{ span: transaction, spanId: transaction.spanId, depth: top }, ...below]
    .filter(({ span }) => span?.service === transaction.service)
    .slice(0, SPANS_MAX)
    .map((placed) => ({ ...placed, depth: placed.depth - top }));
}
