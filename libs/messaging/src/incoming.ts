import type { MessageContract } from '@doorbuster/contracts';
import type { Logger } from '@doorbuster/telemetry';
import type { JsMsg } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import type { Span } from '@opentelemetry/api';
import type { z } from 'zod';
import { decodeBatch, MalformedBatchError, type CloudEvent } from './envelope.js';

/** `done`: committed or refused, acknowledge. `retry`: a transient failure, deliver again later. */
export type BatchOutcome = 'done' | 'retry';

/** An event of a contract, with its data as the contract's schema parsed them. A union of contracts gives a union of events. */
export type EventOf<C> =
  C extends MessageContract<infer T, infer Type>
    ? Omit<CloudEvent, 'type' | 'data'> & { type: Type; data: T }
    : never;

/** An event of a consumer, and its delivery. */
export interface IncomingEvent<E extends CloudEvent = CloudEvent> {
  /** The subject of its message; a dead letter keeps it. */
  natsSubject: string;
  event: E;
  /** The data as they were sent. `event.data` are parsed. */
  sentData?: unknown;
  /** How often the broker has delivered it, including this delivery. */
  deliveries?: number;
  /** The span of handling this event, if its trace is recorded. */
  span?: Span | undefined;
  /** Set by the handler: deliver it again, although the batch is done. It failed, or only a newer release can handle it. */
  isDeferred?: boolean;
}

/** One batch of a consumer: its events in the order of their arrival, and those that could not be read. */
export interface IncomingBatch<E extends CloudEvent = CloudEvent> {
  consumer: string;
  /** An operator replays one dead letter. A failure is thrown and does not become a dead letter again. */
  isReplay: boolean;
  /** Of a replay: it commits by this time of the database's clock, or not at all. */
  commitBy?: number;
  events: IncomingEvent<E>[];
  unreadable: Unreadable[];
  /**
   * Set by the handler: the publications of the batch's saga messages, which are in no outbox. The incoming messages are
   * acknowledged once it resolves, and are delivered again if it rejects. The next batch does not wait for it.
   */
  publication?: Promise<unknown>;
}

/** The text of a message that is not a batch, or an event whose type, subject or data do not fit a contract of the consumer. */
interface Unreadable {
  natsSubject: string;
  event: CloudEvent | string;
  error: MalformedBatchError | UnknownTypeError | ForeignSubjectError | z.ZodError;
  /** The span of the event, when its trace is recorded. */
  span?: Span | undefined;
}

/** A newer release may have sent it. A replay after the update succeeds. */
class UnknownTypeError extends Error {
  override readonly name = 'UnknownTypeError';
  readonly code = 'UNKNOWN_TYPE';
  constructor(type: string, consumer: string) {
    super(`${consumer} does not know ${type}`);
  }
}

/** The broker's permissions protect the subject. The type is only the sender's claim. */
class ForeignSubjectError extends Error {
  override readonly name = 'ForeignSubjectError';
  readonly code = 'FOREIGN_SUBJECT';
  constructor(type: string, natsSubject: string) {
    super(`${type} does not belong on ${natsSubject}`);
  }
}

/** The part of a contract that reading an event needs. */
export type ReadContract = Pick<MessageContract, 'type' | 'subject' | 'schema'>;

/** A contract for a consumer that reads only some fields. It accepts an event whose other fields are wrong. */
export const reading = <Type extends string, T>(
  contract: MessageContract<unknown, Type>,
  schema: z.ZodType<T>,
): MessageContract<T, Type> => ({ ...contract, schema });

/** Parses the event's data by its contract. @returns the error if the consumer cannot read it */
function parseData(
  incoming: IncomingEvent,
  consumer: string,
  contracts: readonly ReadContract[],
): Unreadable['error'] | undefined {
  const { natsSubject, event } = incoming;
  const contract = contracts.find(({ type }) => type === event.type);
  if (!contract) return new UnknownTypeError(event.type, consumer);
  if (contract.subject !== natsSubject) return new ForeignSubjectError(event.type, natsSubject);
  const result = contract.schema.safeParse(event.data);
  if (!result.success) return result.error;
  incoming.sentData = event.data;
  event.data = result.data;
  return undefined;
}

/** Parses an event that is replayed, without the broker. @throws {UnknownTypeError | ForeignSubjectError | z.ZodError} */
export function readEvent(
  consumer: string,
  contracts: readonly ReadContract[],
  { natsSubject, event }: Pick<IncomingEvent, 'natsSubject' | 'event'>,
): IncomingEvent {
  const incoming: IncomingEvent = { natsSubject, event: { ...event } };
  const error = parseData(incoming, consumer, contracts);
  if (error) throw error;
  return incoming;
}

/** A message and its events. */
export interface Delivery {
  message: JsMsg;
  events: IncomingEvent[];
}

/** Reads messages into one batch. Messages and events that cannot be read are in `unreadable`. */
export function readMessages(
  consumer: string,
  contracts: readonly ReadContract[],
  messages: readonly JsMsg[],
): { batch: IncomingBatch; deliveries: Delivery[] } {
  const unreadable: Unreadable[] = [];
  const deliveries = messages.map((message): Delivery => {
    const { subject: natsSubject, info } = message;
    const events: IncomingEvent[] = [];
    for (const event of decode(message, unreadable)) {
      const incoming: IncomingEvent = { natsSubject, event, deliveries: info.deliveryCount };
      const error = parseData(incoming, consumer, contracts);
      if (error) unreadable.push({ natsSubject, event, error });
      else events.push(incoming);
    }
    return { message, events };
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

/** An event whose data are not parsed. */
type PlainEvent<T> = Pick<CloudEvent, 'time'> & { data: T };

/**
 * Calls `each` for every event of the contract, over a plain NATS subscription: events that are published while the
 * connection is down are lost. `each` must not throw.
 */
export function subscribeToEvents<T>(
  { connection, logger }: { connection: NatsConnection; logger: Logger },
  contract: MessageContract<T>,
  each: (event: PlainEvent<T>) => void,
): void {
  connection.subscribe(contract.subject, {
    callback: (error, message) => {
      try {
        if (error) throw error;
        // A service can name this subject as a reply subject. The broker then sends stream messages here, but under their own subject.
        if (message.subject !== contract.subject) throw new Error(`a message of ${message.subject}`);
        const events = message.json<(PlainEvent<T> & Pick<CloudEvent, 'type'>)[]>();
        for (const event of events) if (event.type === contract.type) each(event);
      } catch (err) {
        logger.warn({ err, subject: contract.subject }, 'cannot read an event');
      }
    },
  });
}
