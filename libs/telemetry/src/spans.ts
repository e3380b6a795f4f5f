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

/** The tracer of this project's own spans. */
const tracer = trace.getTracer('doorbuster');

/**
 * Starts a span in the trace of `traceparent`; `undefined` when that is not sampled. The check reads two characters.
 */
export function startSpan(traceparent: string, name: string, options?: SpanOptions): Span | undefined {
  if (!isSampled(traceparent)) return undefined;
  const parent = contextOf(traceparent);
  // A malformed traceparent would start a new trace.
  return parent === ROOT_CONTEXT ? undefined : startSpanIn(parent, name, options);
}

/** `undefined` without an SDK, and when it does not sample. */
export function startSpanIn(parent: Context, name: string, options?: SpanOptions): Span | undefined {
  const span = tracer.startSpan(name, options, parent);
  return span.isRecording() ? span : undefined;
}

/** Marks the span as failed by a thrown value. Secrets in its texts are redacted. */
export function fail(span: Span, error: unknown): void {
  const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
  const exception = withoutSecrets({ name, message, ...(stack !== undefined && { stack }) });
  span.recordException(exception);
  span.setStatus({ code: SpanStatusCode.ERROR, message: exception.message });
}

/** The active span as a list; empty when it is not sampled. */
export function activeSpans(): Span[] {
  const span = trace.getActiveSpan();
  return span?.isRecording() ? [span] : [];
}

/** Runs `work` with `span` as the active span. Does not end the span. */
export const inSpan = <T>(span: Span | undefined, work: () => T): T =>
  span ? context.with(trace.setSpan(context.active(), span), work) : work();

/** Runs `work` without an active span, because it also serves other requests. */
export const outsideSpans = <T>(work: () => T): T => context.with(ROOT_CONTEXT, work);

/**
 * Work that is done once for several requests, such as the transaction of a batch: one span, child of the first of `spans`.
 * It has links to the others, and they have links to it, so that every trace leads to it.
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
