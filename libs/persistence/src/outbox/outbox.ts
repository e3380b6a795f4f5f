import {
  isBrokerUnavailable,
  startPublishSpan,
  type OutgoingMessage,
  type Publisher,
} from '@doorbuster/messaging';
import { crashPoint } from '@doorbuster/fault-points';
import { fail, outsideSpans, type Logger } from '@doorbuster/telemetry';
import type { DataSource, EntityManager } from 'typeorm';
import { logRetry } from '../database/database-outages.js';
import { preparedQuery } from '../database/prepared-query.js';
import { StuckItems } from '../stuck-items/stuck-items.js';
import type { OutboxEntity } from './outbox.entity.js';
import {
  DELETE_PUBLISHED,
  FIND_LEFT_BEHIND,
  FORGET_PUBLISHED_STUCK_ITEMS,
  insertMessages,
  OUTBOX_JOB,
  PREPARED_ROWS_MAX,
} from './outbox.sql.js';

/** A row of this age was left behind: its process crashed, or the broker was unavailable. */
const LEFT_BEHIND_MS = 5_000;
const SWEEP_INTERVAL_MS = 1_000;
/** Pause after a full round that published something. */
const BUSY_INTERVAL_MS = 20;
/** About 25 MiB of messages of the maximum size. */
const SWEEP_ROWS_MAX = 50;
const FIRST_ID = '00000000-0000-0000-0000-000000000000';
/** Maximum saga messages in memory that the broker has not acknowledged. */
const SAGA_MESSAGES_MAX = 1_024;
/** Acknowledged rows are deleted together. After a crash before that, the broker drops the second publication. */
const DELETE_DELAY_MS = 20;

/** So many saga messages wait for the broker that this one is not published. It is sent again later. */
class TooManyPublicationsError extends Error {
  override readonly name = 'TooManyPublicationsError';
  readonly code = 'TOO_MANY_PUBLICATIONS';
  constructor() {
    super(`the broker has not acknowledged ${SAGA_MESSAGES_MAX} saga messages`);
  }
}

/**
 * Publishes committed messages only. They are rows of the transaction that caused them, published right after its commit and
 * deleted once the broker has acknowledged them. A sweep publishes the rows that a crash left behind. Each message is published
 * at least once; the broker drops duplicates within two minutes. Messages that something else sends again need no row: see
 * `publishUnstored`.
 */
export class Outbox {
  private readonly publishing = new Set<Promise<void>>();
  private published: string[] = [];
  private deletion: NodeJS.Timeout | undefined;
  private deleting: Promise<void> | undefined;
  private nextSweep: NodeJS.Timeout | undefined;
  private sweeping: Promise<void> | undefined;
  /** The next round continues after this id, so that messages that cannot be published do not block later ones. */
  private sweptTo = FIRST_ID;
  private isClosed = false;
  private broken = false;
  private sagaMessages = 0;

  constructor(
    private readonly dataSource: DataSource,
    private readonly publisher: Publisher,
    private readonly logger: Logger,
    private readonly stuckItems = new StuckItems(dataSource, logger),
  ) {}

  /** Writes the messages in the caller's transaction. */
  async insert(tx: EntityManager, messages: readonly OutgoingMessage[]): Promise<void> {
    for (let from = 0; from < messages.length; from += PREPARED_ROWS_MAX) {
      const some = messages.slice(from, from + PREPARED_ROWS_MAX);
      await preparedQuery(
        tx,
        insertMessages(some.length),
        some.flatMap(({ id, subject, payload, traceparent }) => [id, subject, payload, traceparent]),
      );
    }
  }

  /** Call it after the commit. It does not wait, since the rows are stored. */
  publish(messages: readonly OutgoingMessage[]): void {
    for (const message of messages) {
      const publication = this.publishOne(message, false)
        .then(() => undefined)
        .finally(() => this.publishing.delete(publication));
      this.publishing.add(publication);
    }
  }

  /**
   * Publishes commands and replies of sagas after the commit. They have no rows: the redelivery of the message that caused
   * them, or the saga's deadline, sends them again.
   *
   * @throws if the broker has not acknowledged one of them
   */
  async publishUnstored(messages: readonly OutgoingMessage[]): Promise<void> {
    const publications = messages.map((message) => {
      if (this.sagaMessages >= SAGA_MESSAGES_MAX) return Promise.reject(new TooManyPublicationsError());
      this.sagaMessages += 1;
      return this.publishOneUnstored(message).finally(() => (this.sagaMessages -= 1));
    });
    const all = Promise.allSettled(publications).then(() => void this.publishing.delete(all));
    this.publishing.add(all);
    try {
      await Promise.all(publications);
    } catch (err) {
      this.broken ||= logRetry(this.logger, err, 'cannot publish, saga messages will be sent again');
      throw err;
    }
    crashPoint('outbox.after-publish');
  }

  startSweeping(delayMs = SWEEP_INTERVAL_MS): void {
    if (this.isClosed) return;
    this.nextSweep = setTimeout(() => {
      this.sweeping = this.sweepOnce().then(
        ({ isMoreDue }) => this.startSweeping(isMoreDue ? BUSY_INTERVAL_MS : SWEEP_INTERVAL_MS),
        (err: unknown) => {
          logRetry(this.logger, err, 'outbox sweep failed, will try again');
          this.startSweeping();
        },
      );
    }, delayMs);
  }

  /** One round over the rows that are at least `ageMs` old; 0 takes all rows. */
  async sweepOnce(ageMs = LEFT_BEHIND_MS): Promise<{ found: number; isMoreDue: boolean }> {
    await this.dataSource.query(FORGET_PUBLISHED_STUCK_ITEMS);
    const rows: Omit<OutboxEntity, 'createdAt'>[] = await this.dataSource.query(FIND_LEFT_BEHIND, [
      ageMs,
      this.sweptTo,
      SWEEP_ROWS_MAX,
    ]);
    const isFull = rows.length === SWEEP_ROWS_MAX;
    this.sweptTo = (isFull && rows.at(-1)?.id) || FIRST_ID;
    if (rows.length > 0) this.logger.info({ rows: rows.length }, 'publishing what was left in the outbox');
    const published = await Promise.all(rows.map((row) => this.publishOne(row, true)));
    return { found: rows.length, isMoreDue: isFull && published.includes(true) };
  }

  /** Stops the sweep and waits for current publications and their deletion. */
  async close(): Promise<void> {
    this.isClosed = true;
    clearTimeout(this.nextSweep);
    await Promise.all([...this.publishing, this.sweeping]);
    clearTimeout(this.deletion);
    await this.deleting;
    await this.deletePublished();
  }

  private async publishOneUnstored(message: OutgoingMessage): Promise<void> {
    const span = startPublishSpan(message, {});
    try {
      await this.publisher.publish(message);
      this.recordSuccess();
    } catch (err) {
      if (span) fail(span, err);
      throw err;
    } finally {
      span?.end();
    }
  }

  private recordSuccess(): void {
    if (this.broken) this.logger.info('publishing works again');
    this.broken = false;
  }

  private async publishOne(message: OutgoingMessage, wasLeftBehind: boolean): Promise<boolean> {
    const span = startPublishSpan(message, { 'doorbuster.outbox.left_behind': wasLeftBehind });
    try {
      await this.publisher.publish(message);
      this.recordSuccess();
      this.published.push(message.id);
      this.deletion ??= outsideSpans(() =>
        setTimeout(() => {
          this.deleting = this.deletePublished();
        }, DELETE_DELAY_MS),
      );
      return true;
    } catch (err) {
      if (span) fail(span, err);
      if (wasLeftBehind && !isBrokerUnavailable(err)) {
        await this.stuckItems.record(OUTBOX_JOB, message.id, err);
        return false;
      }
      const { subject } = message;
      this.broken ||= logRetry(this.logger, err, 'cannot publish, the outbox keeps it', { subject });
      return false;
    } finally {
      span?.end();
    }
  }

  private async deletePublished(): Promise<void> {
    const ids = this.published;
    this.published = [];
    this.deletion = undefined;
    if (ids.length === 0) return;
    crashPoint('outbox.after-publish');
    try {
      await preparedQuery(this.dataSource, DELETE_PUBLISHED, [ids]);
    } catch (err) {
      // The sweep publishes them again, which the broker ignores, and deletes them.
      logRetry(this.logger, err, 'published messages stay in the outbox for now');
    }
  }
}
