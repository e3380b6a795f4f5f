import {
  context,
  ROOT_CONTEXT,
  SpanStatusCode,
  trace,
  type Attributes,
  type Context,
  type Span,
  type SpanOptions,
} from '@opentelemetry/api';
import { withoutSecrets } from './redaction.js';
import { contextOf, isSampled } from './trace-context.js';

/** All spans that this project makes itself; what libraries make has their own names. */
const tracer = trace.getTracer('doorbuster');

/**
 * A span of the trace that `traceparent` belongs to, or `undefined` when nobody records that: an order that was not
 * sampled costs a look at two characters.
 */
export function startSpan(traceparent: string, name: string, options?: SpanOptions): Span | undefined {
  if (!isSampled(traceparent)) return undefined;
  const parent = contextOf(traceparent);
  // A malformed one would begin a trace of its own.
  return parent === ROOT_CONTEXT ? undefined : startSpanIn(parent, name, options);
}

/** `undefined` also when there is no SDK, or it was told not to sample. */
export function startSpanIn(parent: Context, name: string, options?: SpanOptions): Span | undefined {
  const span = tracer.startSpan(name, options, parent);
  return span.isRecording() ? span : undefined;
}

/** Marks the span as failed, by an exception or by whatever else was thrown. Secrets in its texts are blacked out. */
export function fail(span: Span, error: unknown): void {
  const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
  const exception = withoutSecrets({ name, message, ...(stack !== undefined && { stack }) });
  span.recordException(exception);
  span.setStatus({ code: SpanStatusCode.ERROR, message: exception.message });
}

/** The span at work here as a list, empty when nobody records it. */
export function activeSpans(): Span[] {
  const span = trace.getActiveSpan();
  return span?.isRecording() ? [span] : [];
}

/** Runs `work` with `span` as the parent of what is started in it. The span is not ended. */
export const inSpan = <T>(span: Span | undefined, work: () => T): T =>
  span ? context.with(trace.setSpan(context.active(), span), work) : work();

/** Runs `work`, which goes on for others too, as no part of whatever happens to be at work here. */
export const outsideSpans = <T>(work: () => T): T => context.with(ROOT_CONTEXT, work);

/**
 * Work that is done once for many, as the transaction of a batch: one span, child of the first of `spans`, with links to
 * all the others, each of which gets a link to it. So every trace leads to it, and none has the spans of another.
 */
export async function inSharedSpan<T>(
  spans: readonly Span[],
  name: string,
  attributes: Attributes,
  work: () => Promise<T>,
): Promise<T> {
  const [first, ...others] = spans;
  if (!first) return work();
  const links = others.map((other) => ({ context: other.spanContext() }));
  const span = startSpanIn(trace.setSpan(context.active(), first), name, { attributes, links });
  if (!span) return work();
  const back = { context: span.spanContext() };
  for (const other of others) other.addLink(back);
  try {
    return await inSpan(span, work);
  } catch (error) {
    fail(span, error);
    throw error;
  } finally {
    span.end();
  }
}
