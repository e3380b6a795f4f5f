import { withoutSecrets, type Logger } from '@doorbuster/telemetry';
import { In, type DataSource } from 'typeorm';
import { isTransient } from '../transactions/postgres-errors.js';
import { StuckItemEntity } from './stuck-item.entity.js';
import { CLAIM_DUE_ITEMS, RECORD_FAILURE } from './stuck-items.sql.js';

/** A polling job that handles its due items in batches. */
export interface BatchJob {
  /** Its name in metrics, lists and logs. It is stored, so it never changes. */
  name: string;
  /**
   * Handles due items in one transaction: all but the stuck ones, or only `onlyId` if that item is due.
   * @returns how many items it handled
   */
  run: (onlyId?: string) => Promise<number>;
  /** The ids that `run` would handle, at most one batch of them. */
  dueIds: () => Promise<string[]>;
}

const ERROR_LENGTH_MAX = 1_000;

/**
 * Isolates the items of a polling job that fail, so that the others continue. A failed item is stored with its error and
 * tried alone, first after 1 s and then after doubling pauses of up to 5 minutes.
 */
export class StuckItems {
  constructor(
    private readonly dataSource: DataSource,
    private readonly logger: Logger,
  ) {}

  /**
   * One round of a job. When the batch fails, each of its items runs in a transaction of its own.
   *
   * @returns how many items were handled or recorded as stuck
   * @throws transient errors; the caller repeats the round
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

  /** Records a failed attempt and schedules the next one. */
  async record(job: string, itemId: string, error: unknown): Promise<void> {
    const [row]: Pick<StuckItemEntity, 'failures'>[] = await this.dataSource.query(RECORD_FAILURE, [
      job,
      itemId,
      describe(error),
    ]);
    if (row?.failures === 1) {
      const advice = `mend the cause, see GET /v1/stuck-items?job=${job} (docs/runbooks/alerts.md#doorbusterstuckitems)`;
      this.logger.warn(
        { err: error, job, itemId },
        `stuck item: ${job} cannot handle ${itemId} and tries again with growing pauses; ${advice}`,
      );
    }
  }

  /** Ids of items whose next attempt is due, leased to this replica for 30 s. */
  async claim(job: string): Promise<string[]> {
    const [rows]: [{ id: string }[], number] = await this.dataSource.query(CLAIM_DUE_ITEMS, [job]);
    return rows.map(({ id }) => id);
  }

  async remove(job: string, itemIds: readonly string[]): Promise<void> {
    await this.dataSource.manager.delete(StuckItemEntity, { job, itemId: In([...itemIds]) });
  }

  /** The items that have been stuck for the longest time come first. */
  list(limit: number, job?: string): Promise<StuckItemEntity[]> {
    return this.dataSource.manager.find(StuckItemEntity, {
      ...(job !== undefined && { where: { job } }),
      order: { firstFailedAt: 'ASC', job: 'ASC', itemId: 'ASC' },
      take: limit,
    });
  }

  /** An item that is no longer due was handled by other means, and is removed too. */
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
