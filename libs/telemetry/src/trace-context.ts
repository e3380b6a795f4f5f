import { randomBytes } from 'node:crypto';

/**
 * W3C trace context, version 00: `00-<trace id>-<parent id>-<flags>`.
 * https://www.w3.org/TR/trace-context/#traceparent-header
 */
const TRACEPARENT = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;
const SAMPLED = '01';

export function newTraceparent(): string {
  return `00-${randomHex(16)}-${randomHex(8)}-${SAMPLED}`;
}

/** The same trace with a new parent id; a new trace when `parent` is missing or malformed. */
export function childTraceparent(parent: string | undefined): string {
  const match = parent === undefined ? null : TRACEPARENT.exec(parent);
  if (!match || isInvalid(match[1]) || isInvalid(match[2])) return newTraceparent();
  return `00-${match[1]}-${randomHex(8)}-${match[3]}`;
}

/** The 32 hex digits that every log line and span of one checkout share. */
export function traceIdOf(traceparent: string): string {
  return traceparent.slice(3, 35);
}

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
