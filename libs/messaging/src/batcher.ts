import { setTimeout as sleep } from 'node:timers/promises';
import { outsideSpans } from '@doorbuster/telemetry';

/** The queue in front of a batch handler is full: whoever asked should come back later. */
export class QueueFullError extends Error {
  readonly code = 'QUEUE_FULL';
}

/** When its turn came, nobody waited for the item any more: nothing was done for it. */
export class StaleItemError extends Error {
  readonly code = 'STALE_ITEM';
}

export interface BatcherOptions<T> {
  /** Items of one batch at the most. */
  batchMax: number;
  /** Items waiting at the most, the batches at work not counted. */
  queueMax: number;
  /** Batches at work at the same time at the most; one, when absent, makes the largest batches. */
  concurrency?: number;
  /** Pause after a batch of several items, so that the next batch grows. No pause when absent. */
  restMs?: number;
  /** Asked when an item's turn comes: whether nobody waits for it any more. */
  isStale?: (item: T) => boolean;
}

interface Entry<T, R> {
  item: T;
  resolve: (result: R) => void;
  reject: (error: unknown) => void;
}

/**
 * Turns single items into batches without making anybody wait for company: the first item starts at once, and what
 * arrives while a batch is being written is the next batch.
 */
export class Batcher<T, R = void> {
  private queue: Entry<T, R>[] = [];
  private readonly workers = new Set<Promise<void>>();

  constructor(
    /** Gives one result an item, in order. When it throws, every item of the batch is told so. */
    private readonly handle: (items: T[]) => Promise<readonly R[]>,
    private readonly options: BatcherOptions<T>,
  ) {}

  /**
   * @throws {QueueFullError} at once when `queueMax` items wait already
   * @throws {StaleItemError} when its turn comes and it is stale
   */
  add(item: T): Promise<R> {
    if (this.queue.length >= this.options.queueMax) {
      return Promise.reject(new QueueFullError(`${this.options.queueMax} items wait already`));
    }
    return new Promise<R>((resolve, reject) => {
      this.queue.push({ item, resolve, reject });
      if (this.workers.size < (this.options.concurrency ?? 1)) this.startWorker();
    });
  }

  get waiting(): number {
    return this.queue.length;
  }

  /** Resolves once nothing waits and nothing is at work. */
  async idle(): Promise<void> {
    while (this.workers.size > 0) await Promise.all(this.workers);
  }

  private startWorker(): void {
    const worker: Promise<void> = outsideSpans(() => this.drain(() => this.workers.delete(worker)));
    this.workers.add(worker);
  }

  /** `done` is called as soon as nothing waits: an item that comes a moment later needs another worker. */
  private async drain(done: () => void): Promise<void> {
    const { restMs = 0 } = this.options;
    // The end of this turn of the event loop: what one packet brought goes into one batch.
    await new Promise((next) => setImmediate(next));
    while (this.queue.length > 0) {
      const entries = this.takeBatch();
      if (entries.length === 0) continue;
      try {
        const results = await this.handle(entries.map(({ item }) => item));
        entries.forEach(({ resolve }, index) => resolve(results[index] as R));
      } catch (error) {
        for (const { reject } of entries) reject(error);
      }
      if (restMs > 0 && entries.length > 1) await sleep(restMs);
    }
    done();
  }

  private takeBatch(): Entry<T, R>[] {
    const { batchMax, isStale = () => false } = this.options;
    return this.queue.splice(0, batchMax).filter(({ item, reject }) => {
      if (!isStale(item)) return true;
      reject(new StaleItemError('nobody waits for it any more'));
      return false;
    });
  }
}
