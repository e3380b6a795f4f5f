import type { Span } from '../store/span.js';
import { asRecord, decodeAttributes, boundedText } from './decode-attributes.js';
import { decodeSpan } from './decode-span.js';

const SERVICE_NAME_MAX = 128;

export interface DecodedExport {
  spans: Span[];
  /** Number of invalid spans. */
  rejected: number;
}

/** Decodes an `ExportTraceServiceRequest` in OTLP/JSON. @throws when its structure is invalid */
export function decodeExport(value: unknown): DecodedExport {
  const { resourceSpans } = asRecord(value);
  if (!Array.isArray(resourceSpans)) throw new TypeError('resourceSpans is missing');
  const decoded = resourceSpans.flatMap((item: unknown) => {
    const { resource, scopeSpans } = asRecord(item);
    const service = serviceOf(resource);
    return everyOf(scopeSpans).flatMap((scope) =>
      everyOf(asRecord(scope)['spans']).map((span) => decodeSpan(span, service)),
    );
  });
  const spans = decoded.filter((span) => span !== undefined);
  return { spans, rejected: decoded.length - spans.length };
}

const everyOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

function serviceOf(resource: unknown): string {
  const name = decodeAttributes(asRecord(resource)['attributes'])['service.name'];
  return boundedText(name, SERVICE_NAME_MAX) || 'unknown service';
}
