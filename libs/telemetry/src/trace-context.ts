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

/** A trace that is not sampled, for work without a request. Its id still joins log lines and responses. */
export function newTraceparent(): string {
  return `00-${randomHex(16)}-${randomHex(8)}-${NOT_SAMPLED}`;
}

/** The same trace with a new parent id; a new trace when `parent` is missing or malformed. */
export function childTraceparent(parent: string | undefined): string {
  const match = parent === undefined ? null : TRACEPARENT.exec(parent);
  if (!match || isInvalid(match[1]) || isInvalid(match[2])) return newTraceparent();
  return `00-${match[1]}-${randomHex(8)}-${match[3]}`;
}

/** The traceparent for children of this span; `undefined` without an SDK. */
export function traceparentOf(span: Span | undefined): string | undefined {
  const spanContext = span?.spanContext();
  if (!spanContext || !isSpanContextValid(spanContext)) return undefined;
  const { traceId, spanId, traceFlags } = spanContext;
  return `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`;
}

/** The traceparent for children of the active span. */
export const activeTraceparent = (): string => traceparentOf(trace.getActiveSpan()) ?? newTraceparent();

/** The 32 hex digits that every log line and span of one checkout share. */
export function traceIdOf(traceparent: string): string {
  return traceparent.slice(3, 35);
}

/** Whether this trace is sampled. Runs for every event, so it reads only the flags. */
export const isSampled = (traceparent: string): boolean =>
  (Number.parseInt(traceparent.slice(-2), 16) & TraceFlags.SAMPLED) !== 0;

/** The context in which a span is a child of `traceparent`; the root context when that is malformed. */
export function contextOf(traceparent: string): Context {
  const spanContext = parse(traceparent);
  return spanContext ? trace.setSpanContext(ROOT_CONTEXT, spanContext) : ROOT_CONTEXT;
}

function parse(traceparent: string): SpanContext | undefined {
  const [, traceId = '', spanId = '', flags = ''] = TRACEPARENT.exec(traceparent) ?? [];
  const spanContext = { traceId, spanId, traceFlags: Number.parseInt(flags, 16), isRemote: true };
  return isSpanContextValid(spanContext) ? spanContext : undefined;
}

/** The log fields of a traceparent. */
export const traceFields = (traceparent: string): { traceId: string; spanId: string } => ({
  traceId: traceIdOf(traceparent),
  spanId: traceparent.slice(36, 52),
});

/** All zeros means "no trace" in the specification. */
const isInvalid = (id: string | undefined): boolean => id === undefined || /^0+$/.test(id);

// One read of random bytes serves many ids; each read is a system call.
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
