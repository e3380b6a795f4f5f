import {
  isBrokerUnavailable,
  startPublishSpan,
  type OutgoingMessage,
  type Publisher,
} from '@doorbuster/messaging';
import { crashPoint } from '@doorbuster/fault-points';
import { fail, outsideSpans, type Logger } from '@doorbuster/telemetry';
import type { DataSource, EntityManager } from 'typeorm';
import { isNotWaiting, StuckItems } from './stuck-items.js';

/** A row this old was left behind: whoever wrote it crashed, or the broker was away. */
const LEFT_BEHIND_MS = 5_000;
const SWEEP_INTERVAL_MS = 1_000;
/** While a full round got something through. */
const BUSY_INTERVAL_MS = 20;
/** About 25 MiB when every message is as large as it may be. */
const SWEEP_ROWS_MAX = 50;
const FIRST_ID = '00000000-0000-0000-0000-000000000000';
export const OUTBOX_JOB = 'outbox';
/** The broker refused it, and the time of its next attempt has not come. */
const IS_NOT_WAITING = isNotWaiting(OUTBOX_JOB, 'outbox.id');
/** Acknowledged rows are deleted together; a crash before that only means a publication that the broker drops. */
const DELETE_DELAY_MS = 20;

/**
 * Nothing is published that was not committed first: messages are rows of the transaction that caused them, published
 * right after its commit, deleted once the broker has them. A sweeper publishes what a crash left behind. Every message
 * is published at least once, and twice within the broker's two minutes' memory counts as once.
 */
export class Outbox {
  private readonly publishing = new Set<Promise<void>>();
  private published: string[] = [];
  private deletion: NodeJS.Timeout | undefined;
  private deleting: Promise<void> | undefined;
  private nextSweep: NodeJS.Timeout | undefined;
  private sweeping: Promise<void> | undefined;
  /** Where the next round goes on: what cannot be published must not keep what is behind it from its turn. */
  private sweptTo = FIRST_ID;
  private isClosed = false;
  private broken = false;

  constructor(
    private readonly dataSource: DataSource,
    private readonly publisher: Publisher,
    private readonly logger: Logger,
    private readonly stuckItems = new StuckItems(dataSource, logger),
  ) {}

  /** Writes the messages in the caller's transaction. */
  async insert(tx: EntityManager, messages: readonly OutgoingMessage[]): Promise<void> {
    if (messages.length === 0) return;
    // A row a subject, so few rows; as an array the large texts would be escaped and parsed twice over.
    const rows = messages.map((_, i) => `($${i * 4 + 1}, $${i * 4 + 2}, $${i * 4 + 3}, $${i * 4 + 4})`);
    await tx.query(
      `insert into outbox (id, subject, payload, traceparent) values ${rows.join(', ')}`,
      messages.flatMap(({ id, subject, payload, traceparent }) => [id, subject, payload, traceparent]),
    );
  }

  /** To be called once that transaction has committed. Does not wait: the rows are safe. */
  publish(messages: readonly OutgoingMessage[]): void {
    for (const message of messages) {
      const publication = this.publishOne(message, false)
        .then(() => undefined)
        .finally(() => this.publishing.delete(publication));
      this.publishing.add(publication);
    }
  }

  startSweeping(delayMs = SWEEP_INTERVAL_MS): void {
    if (this.isClosed) return;
    this.nextSweep = setTimeout(() => {
      this.sweeping = this.sweepOnce().then(
        ({ isMoreDue }) => this.startSweeping(isMoreDue ? BUSY_INTERVAL_MS : SWEEP_INTERVAL_MS),
        (err: unknown) => {
          this.logger.warn({ err }, 'outbox sweep failed, will try again');
          this.startSweeping();
        },
      );
    }, delayMs);
  }

  /** One round over what is old enough to have been left behind; with `ageMs` 0 that is everything. */
  async sweepOnce(ageMs = LEFT_BEHIND_MS): Promise<{ found: number; isMoreDue: boolean }> {
    await this.forgetPublished();
    const rows: OutgoingMessage[] = await this.dataSource.query(
      `select id, subject, payload, traceparent from outbox
       where ${IS_NOT_WAITING} and id > $2 and created_at <= now() - $1 * interval '1 millisecond' order by id limit ${SWEEP_ROWS_MAX}`,
      [ageMs, this.sweptTo],
    );
    const isFull = rows.length === SWEEP_ROWS_MAX;
    this.sweptTo = (isFull && rows.at(-1)?.id) || FIRST_ID;
    if (rows.length > 0) this.logger.info({ rows: rows.length }, 'publishing what was left in the outbox');
    const published = await Promise.all(rows.map((row) => this.publishOne(row, true)));
    return { found: rows.length, isMoreDue: isFull && published.includes(true) };
  }

  /** Ends the sweeper and waits for publications under way and for their deletion. */
  async close(): Promise<void> {
    this.isClosed = true;
    clearTimeout(this.nextSweep);
    await Promise.all([...this.publishing, this.sweeping]);
    clearTimeout(this.deletion);
    await this.deleting;
    await this.deletePublished();
  }

  private async publishOne(message: OutgoingMessage, wasLeftBehind: boolean): Promise<boolean> {
    const span = startPublishSpan(message, { 'doorbuster.outbox.left_behind': wasLeftBehind });
    try {
      await this.publisher.publish(message);
      if (this.broken) this.logger.info('publishing works again');
      this.broken = false;
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
      if (!this.broken)
        this.logger.warn({ err, subject: message.subject }, 'cannot publish, the outbox keeps it');
      this.broken = true;
      return false;
    } finally {
      span?.end();
    }
  }

  /** A stuck message that was published, or deleted by an operator, is stuck no more. */
  private async forgetPublished(): Promise<void> {
    await this.dataSource.query(
      `delete from stuck_items where job = '${OUTBOX_JOB}' and not exists (select from outbox where id::text = item_id)`,
    );
  }

  private async deletePublished(): Promise<void> {
    const ids = this.published;
    this.published = [];
    this.deletion = undefined;
    if (ids.length === 0) return;
    crashPoint('outbox.after-publish');
    try {
      await this.dataSource.query('delete from outbox where id = any($1::uuid[])', [ids]);
    } catch (err) {
      // The sweeper finds them, publishes them again (the broker knows their ids) and deletes them then.
      this.logger.warn({ err }, 'published messages stay in the outbox for now');
    }
  }
}
