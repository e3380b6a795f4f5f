import type { Span } from '../store/span.js';
import type { TraceStore } from '../store/trace-store.js';
import { placeSpans, type PlacedSpan } from './span-tree.js';

const TRANSACTION = 'transaction';
/** Maximum rows from other traces in all, and from one transaction. */
const ROWS_MAX = 1_000;
const ROWS_PER_TRANSACTION_MAX = 200;

/** Rows to show below a span: transactions of other traces that did its work. */
export type SharedRows = (placed: PlacedSpan) => PlacedSpan[];

/**
 * Transactions of other traces that did the work of a span in the same batch, with the spans of their own service. Each
 * is shown once, at its first occurrence: a trace may link to the same one a thousand times.
 */
export function sharedRowsOf(store: TraceStore): SharedRows {
  const shown = new Set<Span>();
  const trees = new Map<string, PlacedSpan[]>();
  const treeOf = (traceId: string): PlacedSpan[] => {
    const known = trees.get(traceId) ?? placeSpans(store.get(traceId)?.spans ?? new Map());
    trees.set(traceId, known);
    return known;
  };
  return ({ span, depth }) => {
    const rows: PlacedSpan[] = [];
    for (const { traceId, spanId } of span?.links ?? []) {
      if (shown.size >= ROWS_MAX) break;
      const transaction = traceId === span?.traceId ? undefined : store.find(traceId, spanId);
      if (transaction?.name !== TRANSACTION || shown.has(transaction)) continue;
      for (const placed of below(transaction, treeOf(traceId))) {
        if (placed.span === undefined || shown.has(placed.span) || shown.size >= ROWS_MAX) continue;
        shown.add(placed.span);
        rows.push({ ...placed, depth: depth + 1 + placed.depth });
      }
    }
    return rows;
  };
}

/** Number of other traces whose messages this transaction handled; `undefined` when the span is not a transaction. */
export function othersIn({ name, links }: Span, viewedFrom: string, owner: string): number | undefined {
  if (name !== TRANSACTION) return undefined;
  const traces = new Set([owner, ...links.map(({ traceId }) => traceId)]);
  traces.delete(viewedFrom);
  return traces.size;
}

/** The transaction and the spans of its service in it, up to the maximum. */
function below(transaction: Span, tree: PlacedSpan[]): PlacedSpan[] {
  const from = tree.findIndex(({ span }) => span === transaction);
  const top = tree[from]?.depth ?? 0;
  const rows: PlacedSpan[] = [];
  for (let index = from; rows.length < ROWS_PER_TRANSACTION_MAX; index += 1) {
    const placed = tree[index];
    if (placed === undefined || (index > from && placed.depth <= top)) break;
    if (placed.span?.service === transaction.service) rows.push({ ...placed, depth: placed.depth - top });
  }
  return rows;
}
