import { SPAN_KINDS, type Attributes, type Span, type SpanEvent, type SpanLink } from '../store/span.js';
import { asList, asRecord, boundedText, decodeAttributes } from './decode-attributes.js';

const EVENTS_MAX = 128;
const LINKS_MAX = 256;
const NAME_MAX = 512;
const STATUS_ERROR = 2;
/** What an object, and a field of it, takes beside its text. */
const OBJECT_BYTES = 400;
const FIELD_BYTES = 32;

const TRACE_ID = /^(?!0{32})[\da-f]{32}$/i;
const SPAN_ID = /^(?!0{16})[\da-f]{16}$/i;

/** A span of OTLP/JSON; `undefined` of what is none. Longer than an honest one is cut. */
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
    kind: SPAN_KINDS[Number(raw['kind'])] ?? 'UNSPECIFIED',
    startUs,
    endUs: Math.max(startUs, microseconds(raw['endTimeUnixNano']) ?? startUs),
    failed: status['code'] === STATUS_ERROR,
    statusMessage: boundedText(status['message']),
    attributes: decodeAttributes(raw['attributes']),
    events: asList(raw['events'], EVENTS_MAX).map((event) => decodeEvent(event, startUs)),
    links: asList(raw['links'], LINKS_MAX).flatMap(decodeLink),
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

function decodeLink(value: unknown): SpanLink[] {
  const raw = asRecord(value);
  const [traceId, spanId] = [idOf(raw['traceId'], TRACE_ID), idOf(raw['spanId'], SPAN_ID)];
  if (traceId === undefined || spanId === undefined) return [];
  return [{ traceId, spanId, attributes: decodeAttributes(raw['attributes']) }];
}

const idOf = (value: unknown, shape: RegExp): string | undefined =>
  typeof value === 'string' && shape.test(value) ? value.toLowerCase() : undefined;

/** Of nanoseconds since the epoch, which JSON has as text or, of careless writers, as a number. */
function microseconds(value: unknown): number | undefined {
  if (typeof value === 'string' && /^\d{4,20}$/.test(value)) return Number(value.slice(0, -3));
  return typeof value === 'number' && value > 0 && Number.isFinite(value)
    ? Math.floor(value / 1_000)
    : undefined;
}

function sizeOf({ name, statusMessage, attributes, events, links }: Span): number {
  const inEvents = events.reduce((sum, event) => sum + OBJECT_BYTES + textIn(event.attributes), 0);
  const inLinks = links.reduce((sum, link) => sum + OBJECT_BYTES + textIn(link.attributes), 0);
  return OBJECT_BYTES + 2 * (name.length + statusMessage.length) + textIn(attributes) + inEvents + inLinks;
}

const textIn = (attributes: Attributes): number =>
  Object.entries(attributes).reduce(
    (sum, [key, value]) =>
      sum + FIELD_BYTES + key.length + (typeof value === 'string' ? 2 * value.length : 0),
    0,
  );
