import { withoutSecrets, type Logger } from '@doorbuster/telemetry';
import type { DataSource } from 'typeorm';
import { isTransient } from './postgres-errors.js';

export interface StuckItemRow {
  job: string;
  itemId: string;
  failures: number;
  error: string;
  firstFailedAt: Date;
  lastFailedAt: Date;
  nextAttemptAt: Date;
}

/** A polling job that takes its due items in batches. */
export interface BatchJob {
  /** Named in the metric, the list and the log. Never renamed: rows in the database have it. */
  name: string;
  /**
   * Handles due items in one transaction: all but the stuck ones, or, given an id, that one if it is due.
   * @returns how many it handled
   */
  run: (onlyId?: string) => Promise<number>;
  /** Ids of what `run` would take, at most one batch of them. */
  dueIds: () => Promise<string[]>;
}

const RETRIES_MAX = 50;
const PAUSE_MIN_SECONDS = 1;
const PAUSE_MAX_SECONDS = 300;
/** Lease of the replica that takes a stuck item for its next attempt. */
const LEASE_SECONDS = 30;
const ERROR_LENGTH_MAX = 1_000;

/** SQL that is true for an item that is not stuck; `id` is an expression for its id. */
export const isNotStuck = (job: string, id: string): string =>
  `not exists (select from stuck_items where job = '${job}' and item_id = (${id})::text)`;

/** SQL that is true for an item that is not stuck, or whose next attempt is due. */
export const isNotWaiting = (job: string, id: string): string =>
  `not exists (select from stuck_items
     where job = '${job}' and item_id = (${id})::text and next_attempt_at > clock_timestamp())`;

/**
 * Keeps one item of a polling job that fails from holding up the others: it is set aside with its error, tried alone later
 * and later (1 s, doubling up to 5 minutes), and listed until it goes on.
 */
export class StuckItems {
  constructor(
    private readonly dataSource: DataSource,
    private readonly logger: Logger,
  ) {}

  /**
   * One round of a job. A batch that fails is taken apart, each item in a transaction of its own.
   *
   * @returns how many items went on or were set aside
   * @throws transient errors: the round is to be repeated
   */
  async sweep(job: BatchJob): Promise<number> {
    const retried = await this.retry(job);
    try {
      return retried + (await job.run());
    } catch (error) {
      if (isTransient(error)) throw error;
    }
    const ids = await job.dueIds();
    for (const id of ids) await this.runAlone(job, id);
    return retried + ids.length;
  }

  /** Sets the item aside, or puts its next attempt off further. */
  async record(job: string, itemId: string, error: unknown): Promise<void> {
    const [row]: { failures: number }[] = await this.dataSource.query(
      `insert into stuck_items as s (job, item_id, last_error, next_attempt_at)
       values ($1, $2, $3, clock_timestamp() + ${PAUSE_MIN_SECONDS} * interval '1 second')
       on conflict (job, item_id) do update set failures = s.failures + 1, last_error = excluded.last_error,
         last_failed_at = clock_timestamp(),
         next_attempt_at = clock_timestamp() + interval '1 second'
           * least(${PAUSE_MAX_SECONDS}, ${PAUSE_MIN_SECONDS} * power(2, least(s.failures, 30)))
       returning failures`,
      [job, itemId, describe(error)],
    );
    if (row?.failures === 1)
      this.logger.warn({ err: error, job, itemId }, 'an item is stuck, tried again later');
  }

  /** Items whose next attempt is due, leased to this replica for half a minute. */
  async claim(job: string): Promise<string[]> {
    const [rows]: [{ id: string }[], number] = await this.dataSource.query(
      `update stuck_items set next_attempt_at = clock_timestamp() + ${LEASE_SECONDS} * interval '1 second'
       where job = $1 and item_id = any(array(
         select item_id from stuck_items where job = $1 and next_attempt_at <= clock_timestamp()
         order by next_attempt_at limit ${RETRIES_MAX} for update skip locked))
       returning item_id as id`,
      [job],
    );
    return rows.map(({ id }) => id);
  }

  async remove(job: string, itemIds: readonly string[]): Promise<void> {
    await this.dataSource.query('delete from stuck_items where job = $1 and item_id = any($2::text[])', [
      job,
      itemIds,
    ]);
  }

  /** Stuck for longest first. */
  list(limit: number): Promise<StuckItemRow[]> {
    return this.dataSource.query(
      `select job, item_id as "itemId", failures, last_error as error, first_failed_at as "firstFailedAt",
              last_failed_at as "lastFailedAt", next_attempt_at as "nextAttemptAt"
       from stuck_items order by first_failed_at, job, item_id limit $1`,
      [limit],
    );
  }

  /** An item that is not due any more has gone on by another way. */
  private async retry(job: BatchJob): Promise<number> {
    const ids = await this.claim(job.name);
    for (const id of ids) {
      if (!(await this.runAlone(job, id))) continue;
      await this.remove(job.name, [id]);
      this.logger.info({ job: job.name, itemId: id }, 'a stuck item goes on');
    }
    return ids.length;
  }

  private async runAlone(job: BatchJob, id: string): Promise<boolean> {
    try {
      await job.run(id);
      return true;
    } catch (error) {
      if (isTransient(error)) throw error;
      await this.record(job.name, id, error);
      return false;
    }
  }
}

const describe = (error: unknown): string =>
  withoutSecrets(error instanceof Error ? `${error.name}: ${error.message}` : String(error))
    .replaceAll('\0', '')
    .slice(0, ERROR_LENGTH_MAX);
