import {
  SPAN_KINDS,
  type Attributes,
  type Span,
  type SpanEvent,
  type SpanKind,
  type SpanLink,
} from '../store/span.js';
import { asList, asRecord, boundedText, decodeAttributes } from './decode-attributes.js';

const EVENTS_MAX = 128;
/** A transaction has a link for each event of its batch. */
const LINKS_MAX = 4_096;
const NAME_MAX = 512;
const STATUS_ERROR = 2;
/** Measured memory in addition to text, for a span with its ids, an event, a link with its ids, and an attribute. */
const OBJECT_BYTES = 450;
const PART_BYTES = 130;
const LINK_BYTES = 200;
const FIELD_BYTES = 64;

const TRACE_ID = /^(?!0{32})[\da-f]{32}$/i;
const SPAN_ID = /^(?!0{16})[\da-f]{16}$/i;

/** Decodes a span of OTLP/JSON; `undefined` when it is invalid. Excess length is cut. */
export function decodeSpan(value: unknown, service: string): Span | undefined {
  const raw = asRecord(value);
  const [traceId, spanId] = [idOf(raw['traceId'], TRACE_ID), idOf(raw['spanId'], SPAN_ID)];
  const startUs = microseconds(raw['startTimeUnixNano']);
  if (traceId === undefined || spanId === undefined || startUs === undefined) return undefined;
  const status = asRecord(raw['status']);
  const span: Span = {
    traceId,
    spanId,
    parentSpanId: idOf(raw['parentSpanId'], SPAN_ID) ?? '',
    name: boundedText(raw['name'], NAME_MAX) || 'unnamed',
    service,
    kind: kindOf(raw['kind']),
    startUs,
    endUs: Math.max(startUs, microseconds(raw['endTimeUnixNano']) ?? startUs),
    failed: status['code'] === STATUS_ERROR || status['code'] === 'STATUS_CODE_ERROR',
    statusMessage: boundedText(status['message']),
    attributes: decodeAttributes(raw['attributes']),
    events: asList(raw['events'], EVENTS_MAX).map((event) => decodeEvent(event, startUs)),
    links: decodeLinks(raw['links']),
    bytes: 0,
  };
  return { ...span, bytes: sizeOf(span) };
}

function decodeEvent(value: unknown, startUs: number): SpanEvent {
  const raw = asRecord(value);
  return {
    name: boundedText(raw['name'], NAME_MAX),
    atUs: microseconds(raw['timeUnixNano']) ?? startUs,
    attributes: decodeAttributes(raw['attributes']),
  };
}

/** Duplicates are stored once. */
function decodeLinks(value: unknown): SpanLink[] {
  const links = new Map<string, SpanLink>();
  for (const item of asList(value, LINKS_MAX)) {
    const raw = asRecord(item);
    const [traceId, spanId] = [idOf(raw['traceId'], TRACE_ID), idOf(raw['spanId'], SPAN_ID)];
    if (traceId === undefined || spanId === undefined) continue;
    links.set(traceId + spanId, { traceId, spanId, attributes: decodeAttributes(raw['attributes']) });
  }
  return [...links.values()];
}

const idOf = (value: unknown, shape: RegExp): string | undefined =>
  typeof value === 'string' && shape.test(value) ? value.toLowerCase() : undefined;

/** A number, or the name that protocol buffers also allow. */
function kindOf(value: unknown): SpanKind {
  if (typeof value === 'number') return SPAN_KINDS[value] ?? 'UNSPECIFIED';
  return SPAN_KINDS.find((kind) => value === `SPAN_KIND_${kind}`) ?? 'UNSPECIFIED';
}

/** From nanoseconds since the epoch. JSON has them as text, and some exporters write a number. */
function microseconds(value: unknown): number | undefined {
  const us =
    typeof value === 'string' && /^\d{4,20}$/.test(value)
      ? Number(value.slice(0, -3))
      : Math.floor(typeof value === 'number' ? value / 1_000 : NaN);
  return us > 0 && Number.isSafeInteger(us) ? us : undefined;
}

function sizeOf({ service, name, statusMessage, attributes, events, links }: Span): number {
  const own = OBJECT_BYTES + textBytes(service, name, statusMessage) + bytesOf(attributes);
  const inEvents = events.map((event) => PART_BYTES + textBytes(event.name) + bytesOf(event.attributes));
  const inLinks = links.map((link) => LINK_BYTES + bytesOf(link.attributes));
  return [...inEvents, ...inLinks].reduce((sum, bytes) => sum + bytes, own);
}

const bytesOf = (attributes: Attributes): number =>
  Object.entries(attributes).reduce(
    (sum, [key, value]) => sum + FIELD_BYTES + textBytes(key, typeof value === 'string' ? value : ''),
    0,
  );

/** V8 stores a string with two bytes a character when one of them is not Latin-1. */
const textBytes = (...texts: string[]): number => texts.reduce((sum, text) => sum + 2 * text.length, 0);
