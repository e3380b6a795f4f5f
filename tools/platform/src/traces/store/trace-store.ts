import { STORE_LIMITS, type StoreLimits } from './limits.js';
import type { Span } from './span.js';

export interface StoredTrace {
  traceId: string;
  spans: Map<string, Span>;
  bytes: number;
  /** Spans dropped because the trace was full. A repeated span counts again. */
  dropped: number;
  /** Changes with every span. */
  version: number;
}

/** Recent traces, in memory. The oldest are evicted first. */
export class TraceStore {
  /** Ordered by arrival of the first span. */
  private readonly traces = new Map<string, StoredTrace>();
  private readonly held = { spans: 0, bytes: 0, evicted: 0 };
  private changes = 0;

  constructor(private readonly limits: StoreLimits = STORE_LIMITS) {}

  /** Current size, and traces evicted since the start. */
  get size(): { traces: number; spans: number; bytes: number; evicted: number } {
    return { traces: this.traces.size, ...this.held };
  }

  /** Increases with every new span. */
  get version(): number {
    return this.changes;
  }

  add(span: Span): void {
    // An exporter without a response repeats the span. Its content is the same, since a span is exported once it has ended.
    if (this.find(span.traceId, span.spanId) !== undefined) return;
    this.changes += 1;
    const trace = this.traces.get(span.traceId) ?? this.open(span.traceId);
    trace.version += 1;
    if (this.isFull(trace, span)) {
      trace.dropped += 1;
    } else {
      trace.spans.set(span.spanId, span);
      this.count(trace, 1, span.bytes);
    }
    this.evict();
  }

  get(traceId: string): StoredTrace | undefined {
    return this.traces.get(traceId);
  }

  find(traceId: string, spanId: string): Span | undefined {
    return this.traces.get(traceId)?.spans.get(spanId);
  }

  all(): Iterable<StoredTrace> {
    return this.traces.values();
  }

  private open(traceId: string): StoredTrace {
    const trace = { traceId, spans: new Map(), bytes: 0, dropped: 0, version: 0 };
    this.traces.set(traceId, trace);
    return trace;
  }

  private isFull(trace: StoredTrace, span: Span): boolean {
    const { spansPerTraceMax, bytesPerTraceMax } = this.limits;
    return trace.spans.size >= spansPerTraceMax || trace.bytes + span.bytes > bytesPerTraceMax;
  }

  private count(trace: StoredTrace, spans: number, bytes: number): void {
    trace.bytes += bytes;
    this.held.spans += spans;
    this.held.bytes += bytes;
  }

  private evict(): void {
    const { tracesMax, spansMax, bytesMax } = this.limits;
    for (const oldest of this.traces.values()) {
      const { spans, bytes } = this.held;
      if (this.traces.size <= tracesMax && spans <= spansMax && bytes <= bytesMax) return;
      this.traces.delete(oldest.traceId);
      this.count(oldest, -oldest.spans.size, -oldest.bytes);
      this.held.evicted += 1;
    }
  }
}
