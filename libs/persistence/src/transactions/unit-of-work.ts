import {
  toMessages,
  type BatchOutcome,
  type CloudEvent,
  type IncomingBatch,
  type IncomingEvent,
  type OutgoingEvent,
  type OutgoingMessage,
} from '@doorbuster/messaging';
import { crashPoint } from '@doorbuster/fault-points';
import { activeSpans, fail, inSharedSpan, type Logger } from '@doorbuster/telemetry';
import type { Span } from '@opentelemetry/api';
import type { DataSource, EntityManager } from 'typeorm';
import { pluck } from '../columns.js';
import { logRetry } from '../database/database-outages.js';
import { asDeadlineError, limitTransaction } from './commit-deadline.js';
import { asCommitError, CommitUnknownError } from './commit-unknown.js';
import type { DeadLetters, NewDeadLetter } from '../dead-letters/dead-letters.js';
import { FailureCounts } from './failure-counts.js';
import { deferUnsupported, UnsupportedVersionError } from './unsupported-version.js';
import type { Outbox } from '../outbox/outbox.js';
import { isPermanent, isTransient, isUniqueViolation } from './postgres-errors.js';
import { afterCommitCallbacks, pipelinedTransaction, type AfterCommitCallback } from './transaction.js';

type Work<R> = (tx: EntityManager) => Promise<{ result: R; events: OutgoingEvent[] }>;

interface Committed<R> {
  result: R;
  /** Their rows are in the outbox. */
  stored: OutgoingMessage[];
  /** Commands and replies of sagas, without rows. */
  unstored: OutgoingMessage[];
  callbacks: AfterCommitCallback[];
}

/** Loads, decides and saves. Returns the events to publish after the commit. */
export type BatchWork<E extends CloudEvent = CloudEvent> = (
  tx: EntityManager,
  events: E[],
) => Promise<OutgoingEvent[]>;

export interface RunOptions {
  /** Spans of the requests in this transaction. The transaction's span links to each of them. */
  spans?: readonly Span[];
  /**
   * Deadline of the commit: milliseconds since 1970 on the database's clock. The server (PostgreSQL 17 or newer) enforces
   * it, so a process that is paused in between cannot commit late.
   */
  commitBy?: number | undefined;
  /**
   * Saga messages get rows too. For replies that no incoming message causes: the saga can be stalled, and then no deadline
   * sends its command again.
   */
  storesSagaMessages?: boolean;
}

/** Commits work together with the outbox rows of its messages, and publishes these and the messages without rows after the commit. */
export class UnitOfWork {
  constructor(
    private readonly dataSource: DataSource,
    private readonly outbox: Outbox,
    private readonly deadLetters: DeadLetters,
    private readonly logger: Logger,
    private readonly failures = new FailureCounts(),
  ) {}

  /**
   * Runs `work` in one transaction. On a unique-key conflict it runs again and reads the other transaction's row, so it
   * changes nothing but `tx`.
   *
   * @throws {CommitDeadlineError} if `commitBy` has passed; nothing is changed
   * @throws {CommitUnknownError} if the connection was lost during COMMIT
   */
  async run<R>(work: Work<R>, options?: RunOptions): Promise<R> {
    const { result } = await this.commit(work, options);
    return result;
  }

  /** @returns also the publication of the messages without rows, if there are any */
  private commit<R>(
    work: Work<R>,
    { spans = activeSpans(), commitBy, storesSagaMessages = false }: RunOptions = {},
  ): Promise<{ result: R; publication: Promise<void> | undefined }> {
    const attempt = (): Promise<Committed<R>> => this.attempt(work, commitBy, storesSagaMessages);
    const attributes = { 'doorbuster.transaction.shared_by': spans.length };
    return inSharedSpan(spans, 'transaction', attributes, async () => {
      const { result, stored, unstored, callbacks } = await retryUniqueConflicts(attempt);
      if (stored.length + unstored.length > 0) crashPoint('outbox.after-commit');
      const publication = unstored.length > 0 ? this.outbox.publishUnstored(unstored) : undefined;
      // The outbox logs a failure. A batch is then delivered again, and without a batch the saga's deadline sends again.
      publication?.catch(() => undefined);
      this.outbox.publish(stored);
      this.runCallbacks(callbacks);
      return { result, publication };
    });
  }

  private async attempt<R>(
    work: Work<R>,
    commitBy: number | undefined,
    storesSagaMessages: boolean,
  ): Promise<Committed<R>> {
    let running: EntityManager | undefined;
    let isCommitting = false;
    try {
      return await pipelinedTransaction(this.dataSource, async (tx) => {
        running = tx;
        if (commitBy !== undefined) await limitTransaction(tx, commitBy);
        const { result, events } = await work(tx);
        const needsNoRow = (one: OutgoingEvent): boolean => !storesSagaMessages && isOfSaga(one);
        const stored = toMessages(events.filter((one) => !needsNoRow(one)));
        await this.outbox.insert(tx, stored);
        const unstored = toMessages(events.filter(needsNoRow));
        isCommitting = true;
        return { result, stored, unstored, callbacks: afterCommitCallbacks(tx) };
      });
    } catch (error) {
      const failure = isCommitting ? asCommitError(error) : error;
      if (!running || failure instanceof CommitUnknownError) throw failure;
      throw asDeadlineError(running, failure);
    }
  }

  /** The transaction is committed, so an error of a callback does not reach the caller. */
  private runCallbacks(callbacks: readonly AfterCommitCallback[]): void {
    for (const callback of callbacks) {
      try {
        callback();
      } catch (err) {
        this.logger.error({ err }, 'a callback of a committed transaction failed');
      }
    }
  }

  /**
   * Runs a consumer's batch in one transaction. If it fails with an error that is not transient, each half runs in a
   * transaction of its own, the first half first, and so on until the failing events are alone. Events with a permanent
   * error become dead letters after all others have committed. Events with an unknown error are delivered again together
   * with the later events of their aggregate, and become dead letters after several failures ({@link FailureCounts}).
   */
  async runBatch<E extends CloudEvent>(batch: IncomingBatch<E>, work: BatchWork<E>): Promise<BatchOutcome> {
    const letters = batch.unreadable.map((unreadable): NewDeadLetter => ({
      consumer: batch.consumer,
      ...unreadable,
      ...(typeof unreadable.event !== 'string' && { traceparent: unreadable.event.traceparent }),
    }));
    try {
      const publications: Promise<void>[] = [];
      const poison = await this.commitOrSplit({ ...batch, publications }, batch.events, work);
      if (publications.length > 0) {
        batch.publication = Promise.all(publications);
        batch.publication.catch(() => undefined);
      }
      letters.push(...poison.map(([incoming, error]) => toDeadLetter(batch.consumer, incoming, error)));
      await this.insertDeadLetters(
        letters,
        [...batch.unreadable, ...poison.map(([incoming]) => incoming)].flatMap(({ span }) => span ?? []),
      );
      return 'done';
    } catch (err) {
      if (batch.isReplay) throw err;
      const { consumer, events } = batch;
      logRetry(this.logger, err, 'batch not committed, will be delivered again', {
        consumer,
        events: events.length,
      });
      return 'retry';
    }
  }

  /**
   * Commits all events but the poison events, which it returns with their errors, and the deferred events, which it marks.
   *
   * @throws transient errors. Events that are committed by then are delivered again and get the same replies
   */
  private async commitOrSplit<E extends CloudEvent>(
    batch: Pick<IncomingBatch, 'consumer' | 'isReplay' | 'commitBy'> & { publications: Promise<void>[] },
    all: IncomingEvent<E>[],
    work: BatchWork<E>,
  ): Promise<Poison[]> {
    const { consumer, isReplay, commitBy, publications } = batch;
    const events = all.filter(({ isDeferred }) => isDeferred !== true);
    const [first] = events;
    if (!first) return [];
    try {
      const { publication } = await this.commit(
        async (tx) => ({ result: undefined, events: await work(tx, pluck(events, 'event')) }),
        { spans: spansOf(events), commitBy },
      );
      if (publication) publications.push(publication);
      if (!this.failures.isEmpty) for (const one of events) this.failures.forget(failureKey(consumer, one));
      return [];
    } catch (error) {
      if (isReplay || isTransient(error)) throw error;
      if (error instanceof UnsupportedVersionError) {
        this.logger.info({ err: error }, 'events left to a replica of a newer release');
        return this.commitOrSplit(batch, deferUnsupported(events, error), work);
      }
      if (events.length === 1) {
        if (isPermanent(error) || this.failures.recordFailure(failureKey(consumer, first))) {
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

  private async insertDeadLetters(letters: readonly NewDeadLetter[], spans: readonly Span[]): Promise<void> {
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

/** A command or a reply of a saga. The saga or the redelivered command sends it again, so it needs no row. */
const isOfSaga = ({ event }: OutgoingEvent): boolean => event.sagaid !== undefined;

const failureKey = (consumer: string, { event: { source, id } }: IncomingEvent): string =>
  `${consumer} ${source} ${id}`;

/** An event that cannot be handled, and its error. */
type Poison = [incoming: IncomingEvent, error: unknown];

function toDeadLetter(
  consumer: string,
  { natsSubject, event, sentData = event.data, span }: IncomingEvent,
  error: unknown,
): NewDeadLetter {
  if (span) fail(span, error);
  // As it was sent, so that a newer release finds every field on a replay.
  return {
    consumer,
    natsSubject,
    event: { ...event, data: sentData },
    error,
    traceparent: event.traceparent,
  };
}

/** Maximum retries after unique-key conflicts; more is a bug. */
const UNIQUE_CONFLICT_RETRIES_MAX = 5;

async function retryUniqueConflicts<R>(attempt: () => Promise<R>): Promise<R> {
  for (let retries = 0; ; retries += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (!isUniqueViolation(error) || retries === UNIQUE_CONFLICT_RETRIES_MAX) throw error;
    }
  }
}

const spansOf = (events: readonly IncomingEvent[]): Span[] => events.flatMap(({ span }) => span ?? []);
