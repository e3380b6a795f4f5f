import {
  toMessages,
  type BatchOutcome,
  type IncomingBatch,
  type IncomingEvent,
  type OutgoingEvent,
  type OutgoingMessage,
} from '@doorbuster/messaging';
import { crashPoint } from '@doorbuster/fault-points';
import { activeSpans, fail, inSharedSpan, type Logger } from '@doorbuster/telemetry';
import type { Span } from '@opentelemetry/api';
import type { DataSource, EntityManager } from 'typeorm';
import { afterCommitCallbacks, type AfterCommitCallback } from './after-commit.js';
import { pluck } from './columns.js';
import { asDeadlineError, limitTransaction } from './commit-deadline.js';
import { asCommitError, CommitUnknownError } from './commit-unknown.js';
import type { DeadLetters, NewDeadLetter } from './dead-letters.js';
import { FailureCounts } from './failure-counts.js';
import { UnsupportedVersionError, leaveToAnother } from './unsupported-version.js';
import type { Outbox } from './outbox.js';
import { isPermanent, isTransient, isUniqueViolation } from './postgres-errors.js';

type Work<R> = (tx: EntityManager) => Promise<{ result: R; events: OutgoingEvent[] }>;

interface Committed<R> {
  result: R;
  messages: OutgoingMessage[];
  effects: AfterCommitCallback[];
}

/** Loads, decides, saves; gives what is to be published once all of it is committed. */
export type BatchWork = (tx: EntityManager, events: IncomingEvent['event'][]) => Promise<OutgoingEvent[]>;

export interface RunOptions {
  /** Spans of the requests in this transaction. Each is linked to the transaction's one span. */
  spans?: readonly Span[];
  /**
   * Committed by this instant of the database's clock, in milliseconds since 1970, or not at all. The server sees to it
   * (PostgreSQL 17 or newer), so this holds for a process that is paused in the middle, too.
   */
  commitBy?: number | undefined;
}

/** Runs work in a transaction together with the outbox rows of what it has to say. */
export class UnitOfWork {
  constructor(
    private readonly dataSource: DataSource,
    private readonly outbox: Outbox,
    private readonly deadLetters: DeadLetters,
    private readonly logger: Logger,
    private readonly failures = new FailureCounts(),
  ) {}

  /**
   * One transaction: what `work` writes, and the events it gives along with its result. Work that lost a race for a
   * unique key is run again: its load then sees the winner.
   *
   * @throws {CommitDeadlineError} once `commitBy` has passed; nothing was changed then
   * @throws {CommitUnknownError} when the connection was lost during COMMIT
   */
  run<R>(work: Work<R>, { spans = activeSpans(), commitBy }: RunOptions = {}): Promise<R> {
    const attempt = (): Promise<Committed<R>> => this.attempt(work, commitBy);
    const attributes = { 'doorbuster.transaction.shared_by': spans.length };
    return inSharedSpan(spans, 'transaction', attributes, async () => {
      const { result, messages, effects } = await againAfterLostRace(attempt);
      if (messages.length > 0) crashPoint('outbox.after-commit');
      this.outbox.publish(messages);
      this.carryOut(effects);
      return result;
    });
  }

  private async attempt<R>(work: Work<R>, commitBy: number | undefined): Promise<Committed<R>> {
    let running: EntityManager | undefined;
    let isCommitting = false;
    try {
      return await this.dataSource.transaction(async (tx) => {
        running = tx;
        if (commitBy !== undefined) await limitTransaction(tx, commitBy);
        const { result, events } = await work(tx);
        const messages = toMessages(events);
        await this.outbox.insert(tx, messages);
        isCommitting = true;
        return { result, messages, effects: afterCommitCallbacks(tx) };
      });
    } catch (error) {
      const failure = isCommitting ? asCommitError(error) : error;
      if (!running || failure instanceof CommitUnknownError) throw failure;
      throw asDeadlineError(running, failure);
    }
  }

  /** It is committed by now: whoever waits for that must hear so, whatever a line in the log or a count comes to. */
  private carryOut(effects: readonly AfterCommitCallback[]): void {
    for (const effect of effects) {
      try {
        effect();
      } catch (err) {
        this.logger.error({ err }, 'an effect of a committed transaction failed');
      }
    }
  }

  /**
   * The house pattern for a batch of a consumer: one transaction. When it fails for a reason that is not transient, its
   * halves are tried in transactions of their own, the first before the second so that nothing overtakes anything, and so
   * on until the failing events are alone. Those whose error is proved permanent become dead letters once all others have
   * committed. Those whose error is unknown are delivered again, alone with the later events of their aggregate, and become
   * dead letters once they have failed several times over some time.
   */
  async runBatch(batch: IncomingBatch, work: BatchWork): Promise<BatchOutcome> {
    const letters = batch.unreadable.map((unreadable): NewDeadLetter => ({
      consumer: batch.consumer,
      ...unreadable,
      ...(typeof unreadable.event !== 'string' && { traceparent: unreadable.event.traceparent }),
    }));
    try {
      const poison = await this.commitOrSplit(batch, batch.events, work);
      letters.push(...poison.map(([incoming, error]) => toDeadLetter(batch.consumer, incoming, error)));
      await this.keepDeadLetters(
        letters,
        poison.flatMap(([{ span }]) => span ?? []),
      );
      return 'done';
    } catch (err) {
      if (batch.isReplay) throw err;
      const { consumer, events } = batch;
      this.logger.warn(
        { err, consumer, events: events.length },
        'batch not committed, will be delivered again',
      );
      return 'retry';
    }
  }

  /**
   * Commits all events but the poison ones, which it gives with their errors, and the deferred ones, which it marks.
   * @throws what will pass. What was committed by then is delivered again, and gets the same answer
   */
  private async commitOrSplit(
    { consumer, isReplay, commitBy }: Pick<IncomingBatch, 'consumer' | 'isReplay' | 'commitBy'>,
    all: IncomingEvent[],
    work: BatchWork,
  ): Promise<Poison[]> {
    const batch = { consumer, isReplay, ...(commitBy !== undefined && { commitBy }) };
    const events = all.filter(({ isDeferred }) => isDeferred !== true);
    const [first] = events;
    if (!first) return [];
    try {
      await this.run(async (tx) => ({ result: undefined, events: await work(tx, pluck(events, 'event')) }), {
        spans: spansOf(events),
        commitBy,
      });
      if (!this.failures.isEmpty) for (const one of events) this.failures.forget(failureKey(consumer, one));
      return [];
    } catch (error) {
      if (isReplay || isTransient(error)) throw error;
      if (error instanceof UnsupportedVersionError) {
        this.logger.info({ err: error }, 'events left to a replica of a newer release');
        return this.commitOrSplit(batch, leaveToAnother(events, error), work);
      }
      if (events.length === 1) {
        if (isPermanent(error) || this.failures.isHopeless(failureKey(consumer, first))) {
          return [[first, error]];
        }
        this.logger.warn({ err: error, consumer, event: first.event.id }, 'event failed, will be retried');
        first.isDeferred = true;
        return [];
      }
    }
    const half = Math.ceil(events.length / 2);
    const poison = await this.commitOrSplit(batch, events.slice(0, half), work);
    const deferred = new Set(events.flatMap((e) => (e.isDeferred ? [e.event.subject] : [])));
    const later = events.slice(half);
    for (const incoming of later) if (deferred.has(incoming.event.subject)) incoming.isDeferred = true;
    return [...poison, ...(await this.commitOrSplit(batch, later, work))];
  }

  private async keepDeadLetters(letters: readonly NewDeadLetter[], spans: readonly Span[]): Promise<void> {
    if (letters.length === 0) return;
    await this.run(
      async (tx) => {
        for (const letter of letters) await this.deadLetters.insert(tx, letter);
        return { result: undefined, events: [] };
      },
      { spans },
    );
  }
}

const failureKey = (consumer: string, { event: { source, id } }: IncomingEvent): string =>
  `${consumer} ${source} ${id}`;

/** An event that fails for good, and why. */
type Poison = [incoming: IncomingEvent, error: unknown];

function toDeadLetter(
  consumer: string,
  { natsSubject, event, span }: IncomingEvent,
  error: unknown,
): NewDeadLetter {
  if (span) fail(span, error);
  return { consumer, natsSubject, event, error, traceparent: event.traceparent };
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

const spansOf = (events: readonly IncomingEvent[]): Span[] => events.flatMap(({ span }) => span ?? []);
