import type { MessageContract } from '@doorbuster/contracts';
import { isSampled } from '@doorbuster/telemetry';
import { z } from 'zod';
import { newId, timeNow } from './event-attributes.js';

/**
 * CloudEvents 1.0 (https://github.com/cloudevents/spec) in JSON, with the distributed tracing extension and two extension
 * attributes of our own. A reply has those of its command, so that the saga finds its step.
 */
const cloudEvent = z.object({
  specversion: z.literal('1.0'),
  id: z.string().min(1),
  source: z.string().min(1),
  type: z.string().min(1),
  /** The aggregate's key: an order id or a SKU. */
  subject: z.string().min(1),
  time: z.string(),
  traceparent: z.string(),
  sagaid: z.string().optional(),
  sagastep: z.string().optional(),
  data: z.unknown(),
});
export type CloudEvent = z.infer<typeof cloudEvent>;

/** One NATS message to be sent: a batch of events for one subject. */
export interface OutgoingMessage {
  /** Also the `Nats-Msg-Id`, by which the broker drops a second publication. */
  id: string;
  subject: string;
  /** JSON text of the batch. */
  payload: string;
  /** That of its first event whose trace is recorded, or of its first event. */
  traceparent: string;
}

/** An event and the NATS subject that it is published on. */
export interface OutgoingEvent {
  natsSubject: string;
  event: CloudEvent;
}

export interface NewEvent<T> {
  subject: string;
  data: T;
  /** Of the request that caused the event. The spans of handling the event become its children. */
  traceparent: string;
  sagaid?: string | undefined;
  sagastep?: string | undefined;
}

/** Creates an event or command in the trace of `traceparent`. */
export function newEvent<T>(
  contract: MessageContract<T>,
  { subject, data, traceparent, sagaid, sagastep }: NewEvent<T>,
): OutgoingEvent {
  return {
    natsSubject: contract.subject,
    event: {
      specversion: '1.0',
      id: newId(),
      source: contract.source ?? `/doorbuster/${contract.owner}`,
      type: contract.type,
      subject,
      time: timeNow(),
      traceparent,
      ...(sagaid !== undefined && { sagaid }),
      ...(sagastep !== undefined && { sagastep }),
      data,
    },
  };
}

/** The reply to a command: it has the same subject, trace and saga step. */
export function replyTo<T>(command: CloudEvent, contract: MessageContract<T>, data: T): OutgoingEvent {
  const { subject, traceparent, sagaid, sagastep } = command;
  return newEvent(contract, { subject, data, traceparent, sagaid, sagastep });
}

/** Well below the broker's `max_payload` of 1 MiB, which includes the headers. */
const PAYLOAD_BYTES_MAX = 512 * 1024;
const BATCH_EVENTS_MAX = 256;

/** Groups events by subject into as few messages as the limits allow, and keeps their order. */
export function toMessages(outgoing: readonly OutgoingEvent[]): OutgoingMessage[] {
  const bySubject = new Map<string, CloudEvent[]>();
  for (const { natsSubject, event } of outgoing) {
    const events = bySubject.get(natsSubject);
    if (events) events.push(event);
    else bySubject.set(natsSubject, [event]);
  }
  return [...bySubject].flatMap(([subject, events]) => chunk(subject, events));
}

function chunk(subject: string, events: CloudEvent[]): OutgoingMessage[] {
  const messages: OutgoingMessage[] = [];
  let texts: string[] = [];
  let bytes = 0;
  let traceparent = '';
  const close = (): void => {
    messages.push({ id: newId(), subject, payload: `[${texts.join(',')}]`, traceparent });
    texts = [];
    bytes = 0;
  };
  for (const event of events) {
    const text = JSON.stringify(event);
    const size = Buffer.byteLength(text);
    if (texts.length > 0 && (texts.length === BATCH_EVENTS_MAX || bytes + size > PAYLOAD_BYTES_MAX)) close();
    if (texts.length === 0 || !isSampled(traceparent)) ({ traceparent } = event);
    texts.push(text);
    bytes += size;
  }
  close();
  return messages;
}

/** Attributes that this release does not know are kept, so that a dead letter has them. */
const batch: z.ZodType<CloudEvent[]> = z.array(cloudEvent.loose()).min(1);

/** @throws {MalformedBatchError} if the bytes are not a JSON array of CloudEvents */
export function decodeBatch(payload: Uint8Array | string): CloudEvent[] {
  const text = typeof payload === 'string' ? payload : Buffer.from(payload).toString('utf8');
  try {
    return batch.parse(JSON.parse(text));
  } catch (cause) {
    throw new MalformedBatchError(text, { cause });
  }
}

export class MalformedBatchError extends Error {
  override readonly name = 'MalformedBatchError';
  readonly code = 'MALFORMED_BATCH';
  constructor(
    /** The message as it was received. */
    readonly text: string,
    options: ErrorOptions,
  ) {
    super('not a JSON batch of CloudEvents 1.0', options);
  }
}
