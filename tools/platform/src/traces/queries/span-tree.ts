import type { Span } from '../store/span.js';

/** A span in the tree, or a placeholder for a missing parent. */
export interface PlacedSpan {
  span: Span | undefined;
  spanId: string;
  depth: number;
}

/**
 * All spans, parents before their children and siblings by time. Children of a missing parent are below a placeholder, and
 * so are spans in a cycle. No span is left out.
 */
export function placeSpans(spans: ReadonlyMap<string, Span>): PlacedSpan[] {
  const children = Map.groupBy(
    [...spans.values()].toSorted((a, b) => a.startUs - b.startUs),
    ({ parentSpanId }) => parentSpanId,
  );
  const placed: PlacedSpan[] = [];
  const seen = new Set<string>();
  const place = (top: PlacedSpan): void => {
    const waiting = [top];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      const { spanId, depth } = next;
      if (next.span !== undefined && seen.has(spanId)) continue;
      seen.add(spanId);
      placed.push(next);
      const below = children.get(spanId) ?? [];
      waiting.push(...below.toReversed().map((span) => ({ span, spanId: span.spanId, depth: depth + 1 })));
    }
  };
  for (const span of children.get('') ?? []) place({ span, spanId: span.spanId, depth: 0 });
  for (const parent of children.keys()) {
    if (parent !== '' && !spans.has(parent)) place({ span: undefined, spanId: parent, depth: 0 });
  }
  for (const span of spans.values()) {
    if (!seen.has(span.spanId)) placeCircle(span, place);
  }
  return placed;
}

const placeCircle = (span: Span, place: (top: PlacedSpan) => void): void =>
  place({ span, spanId: span.spanId, depth: 0 });
