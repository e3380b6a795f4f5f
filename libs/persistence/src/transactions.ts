import {
  toMessages,
  type BatchOutcome,
  type IncomingBatch,
  type IncomingEvent,
  type OutgoingEvent,
  type OutgoingMessage,
} from '@doorbuster/messaging';
import { activeSpans, fail, inSharedSpan, type Logger } from '@doorbuster/telemetry';
import type { Span } from '@opentelemetry/api';
import type { DataSource, EntityManager } from 'typeorm';
import { effectsOf, type Effect } from './after-commit.js';
import type { DeadLetters } from './dead-letters.js';
import type { Outbox } from './outbox.js';
import { isTransient, isUniqueViolation } from './postgres-errors.js';

/** Loads, decides, saves; gives what is to be published once all of it is committed. */
export type BatchWork = (tx: EntityManager, events: IncomingEvent['event'][]) => Promise<OutgoingEvent[]>;

/** Runs work in a transaction together with the outbox rows of what it has to say. */
export class Transactions {
  constructor(
    private readonly dataSource: DataSource,
    private readonly outbox: Outbox,
    private readonly deadLetters: DeadLetters,
    private readonly logger: Logger,
  ) {}

  /**
   * One transaction: what `work` writes, and the events it gives along with its result. Work that lost a race for a
   * unique key is run again: its load then sees the winner.
   *
   * @param spans whose work it is; the transaction is one span, and each of these leads to it
   */
  run<R>(
    work: (tx: EntityManager) => Promise<{ result: R; events: OutgoingEvent[] }>,
    spans: readonly Span[] = activeSpans(),
  ): Promise<R> {
    const attempt = async (): Promise<{ result: R; messages: OutgoingMessage[]; effects: Effect[] }> =>
      await this.dataSource.transaction(async (tx) => {
        const { result, events } = await work(tx);
        const messages = toMessages(events);
        await this.outbox.insert(tx, messages);
        return { result, messages, effects: effectsOf(tx) };
      });
    const attributes = { 'doorbuster.transaction.shared_by': spans.length };
    return inSharedSpan(spans, 'transaction', attributes, async () => {
      const { result, messages, effects } = await againAfterLostRace(attempt);
      this.outbox.publish(messages);
      for (const effect of effects) effect();
      return result;
    });
  }

  /**
   * The house pattern for a batch of a consumer. When it fails for a reason that will not pass, each event is tried
   * alone in a savepoint, so that the poison ones become dead letters and the others commit.
   */
  async runBatch(batch: IncomingBatch, work: BatchWork): Promise<BatchOutcome> {
    try {
      if (batch.malformed.length > 0) return await this.runOneByOne(batch, work);
      await this.run(
        async (tx) => ({ result: undefined, events: await work(tx, eventsOf(batch)) }),
        spansOf(batch),
      );
      return 'done';
    } catch (error) {
      if (batch.isReplay) throw error;
      if (isTransient(error)) return this.retryLater(batch, error);
      try {
        return await this.runOneByOne(batch, work);
      } catch (err) {
        return this.retryLater(batch, err);
      }
    }
  }

  private retryLater({ consumer, events }: IncomingBatch, err: unknown): BatchOutcome {
    this.logger.warn(
      { err, consumer, events: events.length },
      'batch not committed, will be delivered again',
    );
    return 'retry';
  }

  private async runOneByOne(batch: IncomingBatch, work: BatchWork): Promise<BatchOutcome> {
    await this.run(async (tx) => {
      const events: OutgoingEvent[] = [];
      for (const { natsSubject, text, error } of batch.malformed) {
        await this.deadLetters.insert(tx, { consumer: batch.consumer, natsSubject, event: text, error });
      }
      for (const { natsSubject, event, span } of batch.events) {
        try {
          const alone = (): Promise<OutgoingEvent[]> =>
            tx.transaction((savepoint) => work(savepoint, [event]));
          events.push(...(await againAfterLostRace(alone)));
        } catch (error) {
          if (isTransient(error)) throw error;
          if (span) fail(span, error);
          const { traceparent } = event;
          await this.deadLetters.insert(tx, {
            consumer: batch.consumer,
            natsSubject,
            event,
            error,
            traceparent,
          });
        }
      }
      return { result: undefined, events };
    }, spansOf(batch));
    return 'done';
  }
}

/** Each time somebody else was first with yet another key. More often than this it is no race but a mistake. */
const LOST_RACES_MAX = 5;

async function againAfterLostRace<R>(attempt: () => Promise<R>): Promise<R> {
  for (let lost = 0; ; lost += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (!isUniqueViolation(error) || lost === LOST_RACES_MAX) throw error;
    }
  }
}

const eventsOf = (batch: IncomingBatch): IncomingEvent['event'][] => batch.events.map(({ event }) => event);

const spansOf = ({ events }: IncomingBatch): Span[] => events.flatMap(({ span }) => span ?? []);
