import { randomBytes } from 'node:crypto';

const KINDS = { INTERNAL: 1, SERVER: 2, CLIENT: 3, PRODUCER: 4, CONSUMER: 5 };

export interface TestSpan {
  traceId: string;
  spanId: string;
  parentSpanId: string;
  name: string;
  service: string;
  kind: keyof typeof KINDS;
  startMs: number;
  durationMs: number;
  failed: boolean;
  attributes: Record<string, string | number>;
  events: (string | { name: string; attributes: Record<string, string> })[];
  links: { traceId: string; spanId: string }[];
}

export const newTraceId = (): string => randomBytes(16).toString('hex');
export const newSpanId = (): string => randomBytes(8).toString('hex');

export const span = (given: Partial<TestSpan> = {}): TestSpan => ({
  traceId: newTraceId(),
  spanId: newSpanId(),
  parentSpanId: '',
  name: 'work',
  service: 'orders',
  kind: 'INTERNAL',
  startMs: 1_795_000_000_000,
  durationMs: 10,
  failed: false,
  attributes: {},
  events: [],
  links: [],
  ...given,
});

const nanoseconds = (ms: number): string => `${ms}000000`;

const attributesOf = (attributes: TestSpan['attributes']): object[] =>
  Object.entries(attributes).map(([key, value]) => ({
    key,
    value: typeof value === 'number' ? { intValue: String(value) } : { stringValue: value },
  }));

/** As the exporters of OpenTelemetry write it. */
export const otlp = (...spans: TestSpan[]): object => ({
  resourceSpans: spans.map((given) => ({
    resource: { attributes: attributesOf({ 'service.name': given.service }) },
    scopeSpans: [{ scope: { name: 'test' }, spans: [spanOf(given)] }],
  })),
});

const spanOf = ({ startMs, durationMs, failed, events, ...given }: TestSpan): object => ({
  ...given,
  kind: KINDS[given.kind],
  startTimeUnixNano: nanoseconds(startMs),
  endTimeUnixNano: nanoseconds(startMs + durationMs),
  attributes: attributesOf(given.attributes),
  events: events.map((event) => {
    const { name, attributes } = typeof event === 'string' ? { name: event, attributes: {} } : event;
    return { name, timeUnixNano: nanoseconds(startMs), attributes: attributesOf(attributes) };
  }),
  status: failed ? { code: 2, message: 'it failed' } : {},
});
