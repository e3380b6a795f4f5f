import { randomInt } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { halfSipHash, type Words } from './half-sip-hash.js';

/** Where an order's line takes its units from: the ordinary stock of a SKU, or the units set aside for a sale. */
interface StockPool {
  sku: string;
  saleId?: string | undefined;
}

export type PoolKey = string;

/** No SKU contains it. */
const SEPARATOR = '~';

export const poolOf = ({ sku, saleId }: StockPool): PoolKey =>
  saleId === undefined ? sku : sku + SEPARATOR + saleId;

export function poolNamed(key: PoolKey): StockPool {
  const [sku = '', saleId] = key.split(SEPARATOR);
  return { sku, saleId };
}

export interface SoldOutPoolsOptions {
  /** Maximum pools kept. The one that was read longest ago is dropped first, and then counts as not sold out. */
  poolsMax: number;
  /** Age at which a state is checked when it is read. */
  checkAfterMs: number;
  /** Age at which a state without confirmation no longer counts. */
  leaseMs: number;
  /** A monotonic clock in milliseconds. */
  now: () => number;
}

interface PoolState {
  isEmpty: boolean;
  /** Time of the change by inventory's clock, in milliseconds. */
  changedAt: number;
  /** Time of the last event or check by our clock. */
  confirmedAt: number;
}

/**
 * The pools that are known to be sold out. Events may be lost, late or out of order, so a state expires unless it is
 * confirmed. In doubt a pool is not sold out.
 */
export class SoldOutPools {
  private readonly pools: LRUCache<PoolKey, PoolState>;
  private emptyCount = 0;

  constructor(private readonly options: SoldOutPoolsOptions) {
    this.pools = new LRUCache({
      max: options.poolsMax,
      dispose: ({ isEmpty }) => (this.emptyCount -= isEmpty ? 1 : 0),
    });
  }

  /** Number of pools kept as sold out. */
  get count(): number {
    return this.emptyCount;
  }

  /** Records an event of inventory. An event older than the last one is ignored. */
  applyEvent(pool: PoolKey, isEmpty: boolean, changedAt: number): void {
    const known = this.pools.peek(pool);
    if (!known || changedAt >= known.changedAt) this.set(pool, { isEmpty, changedAt });
  }

  isSoldOut(pool: PoolKey): boolean {
    const known = this.pools.get(pool);
    return known?.isEmpty === true && this.ageOf(known) < this.options.leaseMs;
  }

  /** Whether its state is unknown or due for a check. */
  isUncertain(pool: PoolKey): boolean {
    const known = this.pools.peek(pool);
    return known === undefined || this.ageOf(known) >= this.options.checkAfterMs;
  }

  /** Whether it was sold out and is due for a check. */
  isSuspect(pool: PoolKey): boolean {
    return this.pools.peek(pool)?.isEmpty === true && this.isUncertain(pool);
  }

  /** Changes with each event, so that {@link applyCheck} can tell whether one came meanwhile. */
  stateOf(pool: PoolKey): unknown {
    return this.pools.peek(pool);
  }

  /** Records the result of a check that began in `state`. An event that came meanwhile is newer and wins. */
  applyCheck(pool: PoolKey, isEmpty: boolean, state: unknown): void {
    const known = this.pools.peek(pool);
    if (known === state) this.set(pool, { isEmpty, changedAt: known?.changedAt ?? 0 });
  }

  clear(): void {
    this.pools.clear();
  }

  private set(pool: PoolKey, { isEmpty, changedAt }: Omit<PoolState, 'confirmedAt'>): void {
    this.pools.set(pool, { isEmpty, changedAt, confirmedAt: this.options.now() });
    this.emptyCount += isEmpty ? 1 : 0;
  }

  private ageOf({ confirmedAt }: PoolState): number {
    return this.options.now() - confirmedAt;
  }
}

/** 2 MiB. With a million requests, one in five hundred is a false positive. */
const BITS_LOG2 = 24;
const PROBES = [0, 1, 2, 3] as const;

/** A Bloom filter of requests, in constant memory. No false negatives within `retentionMs`; more false positives the fuller it is. */
export class BloomFilter {
  private current = new Uint8Array(2 ** (BITS_LOG2 - 3));
  private previous: Uint8Array | undefined;
  private startedAt: number;

  constructor(
    private readonly retentionMs: number,
    private readonly now: () => number,
  ) {
    this.startedAt = now();
  }

  add(bits: readonly number[]): void {
    this.rotate();
    for (const bit of bits) {
      this.current[bit >>> 3] = (this.current[bit >>> 3] ?? 0) | (1 << (bit & 7));
    }
  }

  mayHave(bits: readonly number[]): boolean {
    return [this.current, this.previous].some((filter) =>
      bits.every((bit) => ((filter?.[bit >>> 3] ?? 0) & (1 << (bit & 7))) !== 0),
    );
  }

  /** Each half is written for `retentionMs`, then kept for `retentionMs`. */
  private rotate(): void {
    if (this.now() - this.startedAt < this.retentionMs) return;
    this.previous = this.current;
    this.current = new Uint8Array(this.current.length);
    this.startedAt = this.now();
  }
}

/** Secret, so that a customer cannot choose keys that count as known. */
const HASH_KEY: Words = [randomInt(2 ** 32), randomInt(2 ** 32)];

/** The bits of a request in a filter of this process. */
export function bitsOf(customerId: string, idempotencyKey: string): number[] {
  const [low, high] = halfSipHash(HASH_KEY, `${customerId}\n${idempotencyKey}`);
  // Two hashes make any number of them: https://doi.org/10.1002/rsa.20208
  return PROBES.map((probe) => (low + probe * high) >>> (32 - BITS_LOG2));
}
