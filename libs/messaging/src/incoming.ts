import type { MessageContract } from '@doorbuster/contracts';
import type { Logger } from '@doorbuster/telemetry';
import type { JsMsg } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
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
  /** Set by the handler: delivered again, though the batch is done. It failed, or only a newer release can handle it. */
  isDeferred?: boolean;
}

/** One batch of a consumer: its events in the order they came, and what its handler could not read. */
export interface IncomingBatch {
  consumer: string;
  /** An operator's: a failure is thrown at the operator instead of becoming one more dead letter. */
  isReplay: boolean;
  /** Of a replay: committed by this instant of the database's clock, or not at all. */
  commitBy?: number;
  events: IncomingEvent[];
  unreadable: Unreadable[];
}

/** The text of a message that was no batch at all, or an event that the consumer does not know, or not from this subject. */
interface Unreadable {
  natsSubject: string;
  event: CloudEvent | string;
  error: MalformedBatchError | UnknownTypeError | ForeignSubjectError;
}

/** Says what a newer release sent before this one could read it; replayed after an update, it is read. */
class UnknownTypeError extends Error {
  readonly code = 'UNKNOWN_TYPE';
  constructor(type: string, consumer: string) {
    super(`${consumer} does not know ${type}`);
  }
}

/** The broker says by the subject who may have sent an event; the type is only what the sender claims. */
class ForeignSubjectError extends Error {
  readonly code = 'FOREIGN_SUBJECT';
  constructor(type: string, natsSubject: string) {
    super(`${type} does not belong on ${natsSubject}`);
  }
}

type Known = Pick<MessageContract, 'type' | 'subject'>;

/** @throws {UnknownTypeError | ForeignSubjectError} */
export function expectKnown(
  consumer: string,
  contracts: readonly Known[],
  { natsSubject, event: { type } }: Pick<IncomingEvent, 'natsSubject' | 'event'>,
): void {
  const problem = problemOf(consumer, contracts, natsSubject, type);
  if (problem) throw problem;
}

function problemOf(
  consumer: string,
  contracts: readonly Known[],
  natsSubject: string,
  type: string,
): UnknownTypeError | ForeignSubjectError | undefined {
  const contract = contracts.find((each) => each.type === type);
  if (!contract) return new UnknownTypeError(type, consumer);
  return contract.subject === natsSubject ? undefined : new ForeignSubjectError(type, natsSubject);
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
  const unreadable: Unreadable[] = [];
  const deliveries = messages.map((message): Delivery => {
    const { subject: natsSubject, info } = message;
    const events = decode(message, unreadable).filter((event) => {
      const error = problemOf(consumer, contracts, natsSubject, event.type);
      if (error) unreadable.push({ natsSubject, event, error });
      return error === undefined;
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

type EventOf<T> = Pick<CloudEvent, 'time'> & { data: T };

/**
 * Calls `each` for every event of the contract, over a plain NATS subscription: events that are published while the
 * connection is down are lost. `each` must not throw.
 */
export function subscribeToEvents<T>(
  { connection, logger }: { connection: NatsConnection; logger: Logger },
  contract: MessageContract<T>,
  each: (event: EventOf<T>) => void,
): void {
  connection.subscribe(contract.subject, {
    callback: (error, message) => {
      try {
        if (error) throw error;
        // A service can name this subject as a reply subject. The broker then sends stream messages here, but under their own subject.
        if (message.subject !== contract.subject) throw new Error(`a message of ${message.subject}`);
        const events = message.json<(EventOf<T> & Pick<CloudEvent, 'type'>)[]>();
        for (const event of events) if (event.type === contract.type) each(event);
      } catch (err) {
        logger.warn({ err, subject: contract.subject }, 'cannot read an event');
      }
    },
  });
}
