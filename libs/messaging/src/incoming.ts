import type { MessageContract } from '@doorbuster/contracts';
import type { JsMsg } from '@nats-io/jetstream';
import type { Span } from '@opentelemetry/api';
import { decodeBatch, MalformedBatchError, type CloudEvent } from './envelope.js';

/** What came: the event, and the subject it came on (a dead letter says so). */
export interface IncomingEvent {
  natsSubject: string;
  event: CloudEvent;
  /** How often the broker has delivered it, this time included. */
  deliveries?: number;
  /** Of what is done with this event, when its trace is recorded. */
  span?: Span | undefined;
  /** Set by the handler: a replica of a newer release is to have it. */
  isForAnother?: boolean;
  /** Set by the handler: it failed and is to be delivered again, though the batch is done. */
  isDeferred?: boolean;
}

/** One batch of a consumer: its events in the order they came, and what its handler could not read. */
export interface IncomingBatch {
  consumer: string;
  /** An operator's: a failure is thrown at the operator instead of becoming one more dead letter. */
  isReplay: boolean;
  events: IncomingEvent[];
  unreadable: Unreadable[];
}

/** The text of a message that was no batch at all, or an event of a type or version that the consumer does not know. */
interface Unreadable {
  natsSubject: string;
  event: CloudEvent | string;
  error: MalformedBatchError | UnknownTypeError;
}

/** Says what a newer release sent before this one could read it; replayed after an update, it is read. */
class UnknownTypeError extends Error {
  readonly code = 'UNKNOWN_TYPE';
  constructor(type: string, consumer: string) {
    super(`${consumer} does not know ${type}`);
  }
}

/** @throws {UnknownTypeError} */
export function expectKnown(consumer: string, contracts: readonly MessageContract[], type: string): void {
  if (!contracts.some((contract) => contract.type === type)) throw new UnknownTypeError(type, consumer);
}

/** A message, and the events of a batch that came in it. */
export interface Delivery {
  message: JsMsg;
  events: IncomingEvent[];
}

/** Reads messages into one batch: no message and no event that cannot be read keeps the others from being handled. */
export function readMessages(
  consumer: string,
  contracts: readonly MessageContract[],
  messages: readonly JsMsg[],
): { batch: IncomingBatch; deliveries: Delivery[] } {
  const known = new Set(contracts.map(({ type }) => type));
  const unreadable: Unreadable[] = [];
  const deliveries = messages.map((message): Delivery => {
    const { subject: natsSubject, info } = message;
    const events = decode(message, unreadable).filter((event) => {
      const isKnown = known.has(event.type);
      if (!isKnown) {
        unreadable.push({ natsSubject, event, error: new UnknownTypeError(event.type, consumer) });
      }
      return isKnown;
    });
    const { deliveryCount } = info;
    return { message, events: events.map((event) => ({ natsSubject, event, deliveries: deliveryCount })) };
  });
  const events = deliveries.flatMap((delivery) => delivery.events);
  return { batch: { consumer, isReplay: false, events, unreadable }, deliveries };
}

function decode({ subject: natsSubject, data }: JsMsg, unreadable: Unreadable[]): CloudEvent[] {
  try {
    return decodeBatch(data);
  } catch (error) {
    if (!(error instanceof MalformedBatchError)) throw error;
    unreadable.push({ natsSubject, event: error.text, error });
    return [];
  }
}
