import { outsideSpans } from '@doorbuster/telemetry';

/** The queue is full. Retry later. */
export class QueueFullError extends Error {
  override readonly name = 'QueueFullError';
  readonly code = 'QUEUE_FULL';
}

/** The caller stopped waiting before the item's turn; it was not handled. */
export class StaleItemError extends Error {
  override readonly name = 'StaleItemError';
  readonly code = 'STALE_ITEM';
}

export interface BatcherOptions<T> {
  /** Maximum items of one batch. */
  batchMax: number;
  /** Maximum items that wait; those in running batches do not count. */
  queueMax: number;
  /** Maximum batches that run at the same time. The default of one makes the largest batches. */
  concurrency?: number;
  /** Whether the caller stopped waiting. Called when the item's turn comes. */
  isStale?: (item: T) => boolean;
}

interface Entry<T, R> {
  item: T;
  resolve: (result: R) => void;
  reject: (error: unknown) => void;
}

/**
 * Turns single items into batches. The first item starts at once. Items that arrive while a batch runs form the next batch.
 */
export class Batcher<T, R = void> {
  private queue: Entry<T, R>[] = [];
  private readonly workers = new Set<Promise<void>>();

  constructor(
    /** Returns one result for each item, in order. When it throws, every item of the batch is rejected with its error. */
    private readonly handle: (items: T[]) => Promise<readonly R[]>,
    private readonly options: BatcherOptions<T>,
  ) {}

  /**
   * @throws {QueueFullError} at once, if `queueMax` items wait already
   * @throws {StaleItemError} if the item is stale when its turn comes
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

  /** Resolves when no item waits and no batch runs. */
  async idle(): Promise<void> {
    while (this.workers.size > 0) await Promise.all(this.workers);
  }

  private startWorker(): void {
    const worker: Promise<void> = outsideSpans(() => this.drain(() => this.workers.delete(worker)));
    this.workers.add(worker);
  }

  /** Calls `done` as soon as no item waits. A later item needs another worker. */
  private async drain(done: () => void): Promise<void> {
    // Waits for the end of this turn of the event loop, so that all items of one packet go into one batch.
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
    }
    done();
  }

  private takeBatch(): Entry<T, R>[] {
    const { batchMax, isStale = () => false } = this.options;
    return this.queue.splice(0, batchMax).filter(({ item, reject }) => {
      if (!isStale(item)) return true;
      reject(new StaleItemError('the caller stopped waiting'));
      return false;
    });
  }
}
