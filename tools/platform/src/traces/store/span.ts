export type AttributeValue = string | number | boolean;
export type Attributes = Record<string, AttributeValue>;

export const SPAN_KINDS = ['UNSPECIFIED', 'INTERNAL', 'SERVER', 'CLIENT', 'PRODUCER', 'CONSUMER'] as const;
export type SpanKind = (typeof SPAN_KINDS)[number];

export interface SpanEvent {
  name: string;
  atUs: number;
  attributes: Attributes;
}

export interface SpanLink {
  traceId: string;
  spanId: string;
  attributes: Attributes;
}

/** A stored span. Times are microseconds since the epoch, which a number represents exactly. */
export interface Span {
  traceId: string;
  spanId: string;
  /** Empty for a root span. */
  parentSpanId: string;
  name: string;
  service: string;
  kind: SpanKind;
  startUs: number;
  endUs: number;
  failed: boolean;
  statusMessage: string;
  attributes: Attributes;
  events: SpanEvent[];
  links: SpanLink[];
  /** Approximate memory. */
  bytes: number;
}

export function textAttribute({ attributes }: { attributes: Attributes }, name: string): string | undefined {
  const value = Object.hasOwn(attributes, name) ? attributes[name] : undefined;
  return value === undefined ? undefined : String(value);
}
