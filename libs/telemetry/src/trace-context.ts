import { randomBytes } from 'node:crypto';
import {
  isSpanContextValid,
  ROOT_CONTEXT,
  trace,
  TraceFlags,
  type Context,
  type Span,
  type SpanContext,
} from '@opentelemetry/api';

/**
 * W3C trace context, version 00: `00-<trace id>-<parent id>-<flags>`.
 * https://www.w3.org/TR/trace-context/#traceparent-header
 */
const TRACEPARENT = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;
const NOT_SAMPLED = '00';

/** A trace that nobody records, for what has no request to belong to. Its id still joins log lines and answers. */
export function newTraceparent(): string {
  return `00-${randomHex(16)}-${randomHex(8)}-${NOT_SAMPLED}`;
}

/** The same trace with a new parent id; a new trace when `parent` is missing or malformed. */
export function childTraceparent(parent: string | undefined): string {
  const match = parent === undefined ? null : TRACEPARENT.exec(parent);
  if (!match || isInvalid(match[1]) || isInvalid(match[2])) return newTraceparent();
  return `00-${match[1]}-${randomHex(8)}-${match[3]}`;
}

/** What a child of this span is told; `undefined` while no SDK gives spans an identity. */
export function traceparentOf(span: Span | undefined): string | undefined {
  const spanContext = span?.spanContext();
  if (!spanContext || !isSpanContextValid(spanContext)) return undefined;
  const { traceId, spanId, traceFlags } = spanContext;
  return `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`;
}

/** Of the span at work here, for what it causes. */
export const activeTraceparent = (): string => traceparentOf(trace.getActiveSpan()) ?? newTraceparent();

/** The 32 hex digits that every log line and span of one checkout share. */
export function traceIdOf(traceparent: string): string {
  return traceparent.slice(3, 35);
}

/** Whether anybody records this trace. Asked for every event, so it looks at no more than it must. */
export const isSampled = (traceparent: string): boolean =>
  (Number.parseInt(traceparent.slice(-2), 16) & TraceFlags.SAMPLED) !== 0;

/** In which a span becomes a child of `traceparent`; the root context when that is malformed. */
export function contextOf(traceparent: string): Context {
  const spanContext = parse(traceparent);
  return spanContext ? trace.setSpanContext(ROOT_CONTEXT, spanContext) : ROOT_CONTEXT;
}

function parse(traceparent: string): SpanContext | undefined {
  const [, traceId = '', spanId = '', flags = ''] = TRACEPARENT.exec(traceparent) ?? [];
  const spanContext = { traceId, spanId, traceFlags: Number.parseInt(flags, 16), isRemote: true };
  return isSpanContextValid(spanContext) ? spanContext : undefined;
}

/** What a log line says of a traceparent: the trace, and the span in it. */
export const traceFields = (traceparent: string): { traceId: string; spanId: string } => ({
  traceId: traceIdOf(traceparent),
  spanId: traceparent.slice(36, 52),
});

/** All zeros means "no trace" in the specification. */
const isInvalid = (id: string | undefined): boolean => id === undefined || /^0+$/.test(id);

// One read of the system's random source serves many ids: two a request would each be a system call.
const POOL_BYTES = 4096;
let pool = Buffer.alloc(0);
let used = 0;

function randomHex(bytes: number): string {
  if (used + bytes > pool.length) {
    pool = randomBytes(POOL_BYTES);
    used = 0;
  }
  used += bytes;
  return pool.toString('hex', used - bytes, used);
}
