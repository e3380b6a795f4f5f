import { setTimeout as sleep } from 'node:timers/promises';
import type { DurableTopology, MessageContract } from '@doorbuster/contracts';
import { crashPoint } from '@doorbuster/fault-points';
import type { Logger } from '@doorbuster/telemetry';
import type { JsMsg } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { Catch, UseFilters, type RpcExceptionFilter } from '@nestjs/common';
import {
  EventPattern,
  Server,
  type CustomTransportStrategy,
  type MessageHandler,
} from '@nestjs/microservices';
import { lastValueFrom, throwError, type Observable } from 'rxjs';
import { Batcher } from './batcher.js';
import { recordBatch, recordBatchSize } from './consumer-metrics.js';
import { DurableConsumer } from './consumer.js';
import { endProcessSpans, startProcessSpans } from './event-spans.js';
import { LingeringQueue } from './lingering-queue.js';
import {
  readEvent,
  readMessages,
  type BatchOutcome,
  type Delivery,
  type EventOf,
  type IncomingBatch,
  type IncomingEvent,
  type ReadContract,
} from './incoming.js';

export const JETSTREAM = Symbol('jetstream');

/** Messages of these contracts may wait for others up to this time, because nobody waits for them. */
interface Linger {
  contracts: readonly Pick<MessageContract, 'subject'>[];
  ms: number;
}

/** What a method is bound with. */
interface Binding {
  contracts: ReadContract[];
  linger?: Linger;
}

const NO_LINGER: Linger = { contracts: [], ms: 0 };

/**
 * Binds a controller's method to a durable consumer of the topology. The method gets a batch whose events are parsed by these
 * contracts, and returns a {@link BatchOutcome}. Then the messages are acknowledged.
 *
 * ```ts
 * @ConsumesBatches('inventory-commands', [reserveStock, commitStock])
 * handle(@Payload() batch: IncomingBatch<EventOf<typeof reserveStock | typeof commitStock>>): Promise<BatchOutcome>
 * ```
 */
export const ConsumesBatches =
  <C extends MessageContract>(consumer: string, contracts: readonly C[], linger?: Linger) =>
  <B extends IncomingBatch>(
    target: object,
    key: string | symbol,
    descriptor: TypedPropertyDescriptor<(batch: B) => Promise<BatchOutcome>> &
      (IncomingBatch<EventOf<C>> extends B ? unknown : never),
  ): void => {
    const bind = EventPattern(consumer, JETSTREAM, { contracts, linger }) as MethodDecorator;
    bind(target, key, descriptor);
    UseFilters(PassOn)(target, key, descriptor);
  };

/** Nest would replace the error by `Internal server error`, and an operator who replays a dead letter needs the error. */
@Catch()
class PassOn implements RpcExceptionFilter {
  catch(error: unknown): Observable<never> {
    return throwError(() => error);
  }
}

/** A message has up to 256 events, so this also limits the events of a batch. */
const BATCH_MESSAGES_MAX = 16;
/** At this length a consumer stops pulling until the queue is empty. */
const QUEUE_MESSAGES_MAX = 512;
/** Maximum batches of a service that are committed and wait for their publications. Then the next batches wait too. */
const PUBLISHING_BATCHES_MAX = 64;
const FLUSH_TIMEOUT_MS = 1_000;
const NOT_ACKNOWLEDGED = 'batch not acknowledged';
const NAK_DELAY_MIN_MS = 200;
const NAK_DELAY_MAX_MS = 30_000;

/** Nest's transport for commands and events over JetStream, in batches. */
export class JetStreamServer extends Server implements CustomTransportStrategy {
  override readonly transportId = JETSTREAM;
  private consumers: DurableConsumer[] = [];
  private batchers: Batcher<JsMsg>[] = [];
  private readonly publishing = new Set<Promise<void>>();
  private lingering: LingeringQueue<JsMsg>[] = [];

  constructor(
    private readonly nc: NatsConnection,
    /** Of the service, with an entry for each stream that a consumer reads. */
    private readonly topology: readonly DurableTopology[],
    private readonly log: Logger,
  ) {
    super();
  }

  listen(callback: (error?: unknown) => void): void {
    for (const [name, handler] of this.messageHandlers) {
      const { contracts, linger = NO_LINGER } = bindingOf(handler);
      const batcher = new Batcher<JsMsg>(
        async (messages) => {
          await this.handle(name, contracts, messages, (batch) => handler(batch) as Promise<unknown>);
          return [];
        },
        { batchMax: BATCH_MESSAGES_MAX, queueMax: 2 * QUEUE_MESSAGES_MAX },
      );
      const add = (message: JsMsg): void => {
        // `handle` fails only if the messages can no longer be acknowledged. Then the broker delivers them again.
        batcher.add(message).catch((err: unknown) => this.log.warn({ err }, NOT_ACKNOWLEDGED));
      };
      const lingers = new Set(linger.contracts.map(({ subject }) => subject));
      const lingering = new LingeringQueue(linger.ms, add);
      const enqueue = async (message: JsMsg): Promise<void> => {
        if (lingers.has(message.subject)) lingering.add(message);
        else add(message);
        if (batcher.waiting + lingering.waiting < QUEUE_MESSAGES_MAX) return;
        lingering.flush();
        await batcher.idle();
      };
      this.batchers.push(batcher);
      this.lingering.push(lingering);
      for (const stream of this.streamsFor(name, contracts)) {
        const consumer = new DurableConsumer(this.nc, { stream, name }, enqueue, this.log);
        consumer.start();
        this.consumers.push(consumer);
      }
    }
    callback();
  }

  /** Gives a dead letter to its consumer's handler again. @throws the handler's error */
  async replay(
    consumer: string,
    event: Pick<IncomingEvent, 'natsSubject' | 'event'>,
    commitBy?: number,
  ): Promise<void> {
    const handler = this.messageHandlers.get(consumer);
    if (!handler) throw new Error(`no handler for consumer ${consumer}`);
    const events = [readEvent(consumer, bindingOf(handler).contracts, event)];
    const batch: IncomingBatch = {
      consumer,
      isReplay: true,
      ...(commitBy !== undefined && { commitBy }),
      events,
      unreadable: [],
    };
    startProcessSpans(batch);
    let outcome: BatchOutcome = 'retry';
    try {
      outcome = (await lastValueFrom(this.transformToObservable(await handler(batch)))) as BatchOutcome;
      await batch.publication;
    } finally {
      endProcessSpans(batch, outcome);
    }
  }

  /** Reads no further message, and waits until the read ones are committed and acknowledged. */
  async close(): Promise<void> {
    await Promise.all(this.consumers.map((consumer) => consumer.stop()));
    for (const lingering of this.lingering) lingering.flush();
    await Promise.all(this.batchers.map((batcher) => batcher.idle()));
    await Promise.all(this.publishing);
    // Without a broker no message can be acknowledged. It is delivered again and gets the same replies.
    await Promise.race([this.nc.flush(), sleep(FLUSH_TIMEOUT_MS, undefined, { ref: false })]).catch(
      () => undefined,
    );
  }

  on(): void {
    // This transport has no events. The connection's state is part of the readiness.
  }

  unwrap<T>(): T {
    return this.nc as T;
  }

  /** @throws if the consumer of the topology does not deliver the handler's contracts */
  private streamsFor(consumer: string, contracts: readonly Pick<MessageContract, 'subject'>[]): string[] {
    const durables = this.topology.filter(({ name }) => name === consumer);
    if (durables.length === 0) throw new Error(`consumer ${consumer} is not in the topology of this service`);
    const read = new Set(durables.flatMap(({ subjects }) => subjects));
    const never = contracts.find(({ subject }) => !read.has(subject));
    if (never) throw new Error(`consumer ${consumer} does not read ${never.subject} by the topology`);
    return durables.map(({ stream }) => stream);
  }

  private async handle(
    consumer: string,
    contracts: readonly ReadContract[],
    messages: JsMsg[],
    handler: (batch: IncomingBatch) => Promise<unknown>,
  ): Promise<void> {
    const { batch, deliveries } = readMessages(consumer, contracts, messages);
    recordBatchSize(consumer, batch.events.length);
    startProcessSpans(batch);
    const startedAt = performance.now();
    const outcome = await this.outcomeOf(batch, handler);
    recordBatch(consumer, messages, outcome, startedAt);
    endProcessSpans(batch, outcome);
    if (outcome !== 'done' || batch.publication === undefined) {
      acknowledge(deliveries, outcome);
      return;
    }
    const publishing = batch.publication
      .then(
        () => 'done' as const,
        () => 'retry' as const,
      )
      .then((published) => acknowledge(deliveries, published))
      .catch((err: unknown) => this.log.warn({ err }, NOT_ACKNOWLEDGED))
      .finally(() => this.publishing.delete(publishing));
    this.publishing.add(publishing);
    if (this.publishing.size >= PUBLISHING_BATCHES_MAX) await Promise.race(this.publishing);
  }

  private async outcomeOf(
    batch: IncomingBatch,
    handler: (batch: IncomingBatch) => Promise<unknown>,
  ): Promise<BatchOutcome> {
    try {
      const result = await handler(batch);
      return (await lastValueFrom(this.transformToObservable(result))) as BatchOutcome;
    } catch (err) {
      const { consumer, events } = batch;
      this.log.error({ err, consumer, events: events.length }, 'batch failed, will be delivered again');
      return 'retry';
    }
  }
}

function acknowledge(deliveries: readonly Delivery[], outcome: BatchOutcome): void {
  if (outcome === 'done') crashPoint('consumer.before-ack');
  for (const { message, events } of deliveries) {
    if (outcome === 'done' && !events.some((event) => event.isDeferred)) message.ack();
    else message.nak(nakDelayMs(message.info.deliveryCount));
  }
}

const bindingOf = ({ extras }: MessageHandler): Binding => extras as unknown as Binding;

const nakDelayMs = (deliveries: number): number =>
  Math.min(NAK_DELAY_MIN_MS * 2 ** Math.min(deliveries - 1, 10), NAK_DELAY_MAX_MS);
