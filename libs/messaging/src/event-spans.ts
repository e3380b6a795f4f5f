import { activeSpans, startSpan, startSpanIn } from '@doorbuster/telemetry';
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
 * Attributes as in https://opentelemetry.io/docs/specs/semconv/messaging/messaging-spans/, which are not stable yet: so
 * their names stand here, where they do not change with an update of the package.
 */
const SYSTEM = { 'messaging.system': 'nats' };

/** Gives each event whose trace is recorded a span of its own: a child of whatever caused the event. */
export function startProcessSpans({ consumer, isReplay, events }: IncomingBatch): void {
  for (const incoming of events) {
    const { natsSubject, event, deliveries = 1 } = incoming;
    const span = startSpan(event.traceparent, `process ${nameOf(natsSubject)}`, {
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
    if (deliveries > 1) span?.addEvent('redelivered', { 'doorbuster.delivery': deliveries });
    if (isReplay) span?.addEvent('replayed from the dead letters');
    incoming.span = span;
  }
}

export function endProcessSpans({ events }: IncomingBatch, outcome: BatchOutcome): void {
  for (const { span } of events) {
    if (outcome === 'retry') {
      span?.setStatus({ code: SpanStatusCode.ERROR, message: 'not committed' });
    }
    span?.end();
  }
}

/**
 * The span of one publication, from the outbox to the broker's disk: a child of the transaction that it follows, or, when
 * it was left behind by one, of what its events were caused by.
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

/** `reserve-stock` of `cmd.inventory.reserve-stock`: whose it is the service says. */
const nameOf = (natsSubject: string): string => natsSubject.slice(natsSubject.lastIndexOf('.') + 1);

/** What belongs to a saga is about an order. */
const sagaAttributes = ({ sagaid, sagastep, subject }: CloudEvent): Attributes =>
  sagaid === undefined
    ? {}
    : {
        'doorbuster.order.id': subject,
        'doorbuster.saga.id': sagaid,
        ...(sagastep !== undefined && { 'doorbuster.saga.step': sagastep }),
      };
