import { LRUCache } from 'lru-cache';
import type { PoolKey } from './pool.js';

export interface SoldOutPoolsOptions {
  /** Pools remembered at once; the one that nobody asked about for longest is forgotten first, which opens it. */
  poolsMax: number;
  /** What was heard this long ago is to be checked when somebody asks. */
  checkAfterMs: number;
  /** What was neither heard nor checked for so long does not count any more. */
  leaseMs: number;
  /** A monotonic clock in milliseconds. */
  now: () => number;
}

interface Pool {
  isEmpty: boolean;
  /** When inventory said so by its own clock, in milliseconds. */
  changedAt: number;
  /** When it was heard or confirmed last, by ours. */
  confirmedAt: number;
}

/**
 * Which pools are known to be empty. Events may be lost, late or in another order than they happened, so knowledge is
 * only lent: it ends by itself unless it is confirmed, and in doubt a pool is not empty.
 */
export class SoldOutPools {
  private readonly pools: LRUCache<PoolKey, Pool>;
  private closedCount = 0;

  constructor(private readonly options: SoldOutPoolsOptions) {
    this.pools = new LRUCache({
      max: options.poolsMax,
      dispose: ({ isEmpty }) => (this.closedCount -= isEmpty ? 1 : 0),
    });
  }

  /** How many are remembered as empty. */
  get closed(): number {
    return this.closedCount;
  }

  /** Inventory said at `changedAt` that the pool is empty, or is not. An older word than the last one is nothing new. */
  heard(pool: PoolKey, isEmpty: boolean, changedAt: number): void {
    const known = this.pools.peek(pool);
    if (!known || changedAt >= known.changedAt) this.set(pool, { isEmpty, changedAt });
  }

  isSoldOut(pool: PoolKey): boolean {
    const known = this.pools.get(pool);
    return known?.isEmpty === true && this.ageOf(known) < this.options.leaseMs;
  }

  /** Whether nothing was heard of it lately. */
  isUncertain(pool: PoolKey): boolean {
    const known = this.pools.peek(pool);
    return known === undefined || this.ageOf(known) >= this.options.checkAfterMs;
  }

  /** Whether it was empty when it was last heard of, and that was not lately. */
  isSuspect(pool: PoolKey): boolean {
    return this.pools.peek(pool)?.isEmpty === true && this.isUncertain(pool);
  }

  /** What a later {@link checked} compares with: it changes with every word about the pool. */
  stateOf(pool: PoolKey): unknown {
    return this.pools.peek(pool);
  }

  /** The answer to a question that was asked in `state`: what was heard meanwhile is newer than the answer. */
  checked(pool: PoolKey, isEmpty: boolean, state: unknown): void {
    const known = this.pools.peek(pool);
    if (known === state) this.set(pool, { isEmpty, changedAt: known?.changedAt ?? 0 });
  }

  /** Opens all of them. */
  forget(): void {
    this.pools.clear();
  }

  private set(pool: PoolKey, { isEmpty, changedAt }: Omit<Pool, 'confirmedAt'>): void {
    this.pools.set(pool, { isEmpty, changedAt, confirmedAt: this.options.now() });
    this.closedCount += isEmpty ? 1 : 0;
  }

  private ageOf({ confirmedAt }: Pool): number {
    return this.options.now() - confirmedAt;
  }
}
