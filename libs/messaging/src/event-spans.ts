import { activeSpans, fail, startSpan, startSpanIn } from '@doorbuster/telemetry';
import {
  context,
  SpanKind,
  SpanStatusCode,
  type Attributes,
  type Span,
  type SpanOptions,
} from '@opentelemetry/api';
import type { CloudEvent, OutgoingMessage } from './envelope.js';
import type { BatchOutcome, IncomingBatch } from './incoming.js';

/**
 * Attributes of https://opentelemetry.io/docs/specs/semconv/messaging/messaging-spans/. They are not stable yet, so their
 * names are written here: an update of the package does not change them.
 */
const SYSTEM = { 'messaging.system': 'nats' };

/** Starts a span for each event whose trace is recorded, as a child of the span that caused the event. */
export function startProcessSpans(batch: IncomingBatch): void {
  for (const incoming of batch.events) {
    const { natsSubject, event, deliveries = 1 } = incoming;
    const span = startProcessSpan(batch, natsSubject, event);
    if (deliveries > 1) span?.addEvent('redelivered', { 'doorbuster.delivery': deliveries });
    if (batch.isReplay) span?.addEvent('replayed from the dead letters');
    incoming.span = span;
  }
  for (const unreadable of batch.unreadable) {
    const { natsSubject, event, error } = unreadable;
    if (typeof event === 'string') continue;
    const span = startProcessSpan(batch, natsSubject, event);
    if (span) fail(span, error);
    unreadable.span = span;
  }
}

const startProcessSpan = (
  { consumer, events }: IncomingBatch,
  natsSubject: string,
  event: CloudEvent,
): Span | undefined =>
  startSpan(event.traceparent, `process ${nameOf(natsSubject)}`, {
    kind: SpanKind.CONSUMER,
    attributes: {
      ...SYSTEM,
      'messaging.operation.type': 'process',
      'messaging.operation.name': 'process',
      'messaging.destination.name': natsSubject,
      'messaging.consumer.group.name': consumer,
      'messaging.message.id': event.id,
      'doorbuster.batch.events': events.length,
      ...sagaAttributes(event),
    },
  });

export function endProcessSpans({ events, unreadable }: IncomingBatch, outcome: BatchOutcome): void {
  for (const { span } of events) {
    if (outcome === 'retry') {
      span?.setStatus({ code: SpanStatusCode.ERROR, message: 'not committed' });
    }
    span?.end();
  }
  for (const { span } of unreadable) span?.end();
}

/**
 * Starts the span of one publication, from the outbox to the broker's disk. Its parent is the transaction that it follows. The
 * sweep has no such transaction; there its parent is the span that caused the first event.
 */
export function startPublishSpan(
  { id, subject, traceparent }: Pick<OutgoingMessage, 'id' | 'subject' | 'traceparent'>,
  attributes: Attributes,
): Span | undefined {
  const name = `publish ${nameOf(subject)}`;
  const options: SpanOptions = {
    kind: SpanKind.PRODUCER,
    attributes: {
      ...SYSTEM,
      'messaging.operation.type': 'send',
      'messaging.operation.name': 'publish',
      'messaging.destination.name': subject,
      'messaging.message.id': id,
      ...attributes,
    },
  };
  return activeSpans().length > 0
    ? startSpanIn(context.active(), name, options)
    : startSpan(traceparent, name, options);
}

/** The last part of the subject; the span's service is the owner. */
const nameOf = (natsSubject: string): string => natsSubject.slice(natsSubject.lastIndexOf('.') + 1);

/** The subject of a saga's message is the order's id. */
const sagaAttributes = ({ sagaid, sagastep, subject }: CloudEvent): Attributes =>
  sagaid === undefined
    ? {}
    : {
        'doorbuster.order.id': subject,
        'doorbuster.saga.id': sagaid,
        ...(sagastep !== undefined && { 'doorbuster.saga.step': sagastep }),
      };
