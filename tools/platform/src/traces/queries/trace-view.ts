import type { Attributes, Span, SpanKind } from '../store/span.js';
import type { TraceStore } from '../store/trace-store.js';
import { compensationsIn, isCompensation, sagaEventsIn } from './order-outcome.js';
import { othersIn, sharedRowsOf } from './shared-transaction.js';
import { placeSpans, type PlacedSpan } from './span-tree.js';
import { summaryOf, type TraceSummary } from './trace-summary.js';

/** Maximum links that are shown of a row. A batch has thousands. */
const LINKS_SHOWN_MAX = 200;

interface LinkView {
  traceId: string;
  spanId: string;
  attributes: Attributes;
  /** The linked span; `null` when it is not stored. */
  target: { name: string; service: string } | null;
}

interface SpanView {
  kind: 'span';
  /** Differs from the trace's id for spans of a shared transaction. */
  traceId: string;
  spanId: string;
  depth: number;
  name: string;
  service: string;
  spanKind: SpanKind;
  /** Offset from the start of the trace. */
  offsetUs: number;
  durationUs: number;
  failed: boolean;
  /** Whether it is a part of undoing a step of a saga. */
  compensates: boolean;
  statusMessage: string;
  attributes: Attributes;
  events: { name: string; offsetUs: number; attributes: Attributes }[];
  links: LinkView[];
  /** Number of further links. */
  moreLinks: number;
  /** Number of other traces that share the transaction. */
  sharedWith?: number;
}

/** Placeholder for a missing parent. */
interface MissingView {
  kind: 'missing';
  spanId: string;
  depth: number;
}

export interface TraceView extends TraceSummary {
  rows: (SpanView | MissingView)[];
}

/** The rows of a trace; `undefined` when it is not stored. */
export function viewTrace(store: TraceStore, traceId: string): TraceView | undefined {
  const trace = store.get(traceId);
  const summary = trace && summaryOf(trace);
  if (trace === undefined || summary === undefined) return undefined;
  const sharedRows = sharedRowsOf(store);
  const rows = placeSpans(trace.spans).flatMap((placed) => [placed, ...sharedRows(placed)]);
  const startUs = rows.reduce((first, { span }) => Math.min(first, span?.startUs ?? first), summary.startUs);
  const endUs = rows.reduce((last, { span }) => Math.max(last, span?.endUs ?? last), startUs);
  const compensations = compensationsIn(sagaEventsIn([...trace.spans.values()]));
  const view = (placed: PlacedSpan) => viewRow(placed, { store, traceId, startUs, compensations });
  return { ...summary, startUs, durationUs: endUs - startUs, rows: rows.map(view) };
}

interface Context {
  store: TraceStore;
  traceId: string;
  startUs: number;
  compensations: ReadonlySet<string>;
}

function viewRow({ span, spanId, depth }: PlacedSpan, context: Context): SpanView | MissingView {
  if (span === undefined) return { kind: 'missing', spanId, depth };
  const sharedWith = othersIn(span, context.traceId, span.traceId);
  return {
    kind: 'span',
    traceId: span.traceId,
    spanId,
    depth,
    name: span.name,
    service: span.service,
    spanKind: span.kind,
    offsetUs: span.startUs - context.startUs,
    durationUs: span.endUs - span.startUs,
    failed: span.failed,
    compensates: isCompensation(span, context.compensations),
    statusMessage: span.statusMessage,
    attributes: span.attributes,
    events: span.events.map(({ name, atUs, attributes }) => ({
      name,
      offsetUs: atUs - context.startUs,
      attributes,
    })),
    links: viewLinks(span, context.store),
    moreLinks: Math.max(0, span.links.length - LINKS_SHOWN_MAX),
    ...(sharedWith !== undefined && { sharedWith }),
  };
}

const viewLinks = ({ links }: Span, store: TraceStore): LinkView[] =>
  links.slice(0, LINKS_SHOWN_MAX).map((link) => {
    const target = store.find(link.traceId, link.spanId);
    return { ...link, target: target === undefined ? null : { name: target.name, service: target.service } };
  });
