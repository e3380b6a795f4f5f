import { setTimeout as sleep } from 'node:timers/promises';
import type { VersionedProduct } from '@doorbuster/contracts';
import type { Logger } from '@doorbuster/telemetry';
import type { CacheStore } from './cache-store.js';

/** Maximum staleness if an invalidation event is missed. */
export const ENTRY_TTL_MS = 60_000;
/** A slower store is not worth waiting for: a database read takes about as long. */
const OPERATION_TIMEOUT_MS = 100;
const PAUSE_AFTER_TIMEOUT_MS = 1_000;

type LoadProduct = () => Promise<VersionedProduct | undefined>;

/** A running database read whose result goes into the cache. */
interface Fill {
  product: Promise<VersionedProduct | undefined>;
  /** The product changed after the read began, so the result may be old. */
  isOutdated: boolean;
}

/**
 * Products by SKU, dropped when an event says that they changed. The cache is used only while this replica receives
 * events. When the store fails or is slow, reads go to the database.
 */
export class ProductCache {
  private readonly fills = new Map<string, Fill>();
  private isListening = false;
  private unusedUntilMs = 0;

  constructor(
    private readonly store: CacheStore,
    private readonly logger: Logger,
  ) {}

  /** The cached product, or the result of `load`. Concurrent reads of a SKU share one `load`. */
  async read(sku: string, load: LoadProduct): Promise<VersionedProduct | undefined> {
    if (!this.isUsable()) return load();
    const cached = await this.attempt(this.store.cache.get<VersionedProduct>(keyOf(sku)));
    return cached ?? this.fill(sku, load);
  }

  /** Drops products that changed. Reads that began before this call do not fill the cache. */
  async invalidate(skus: readonly string[]): Promise<void> {
    for (const sku of skus) this.outdate(sku);
    await this.drop(skus);
  }

  /** Call it once `invalidate` follows every change. Changes before that may have been missed, so entries are dropped. */
  async startListening(): Promise<void> {
    for (const sku of this.fills.keys()) this.outdate(sku);
    // The other replicas kept a shared store up to date.
    if (!this.store.isShared) await this.store.cache.clear();
    this.isListening = true;
  }

  stopListening(): void {
    this.isListening = false;
  }

  close(): void {
    this.stopListening();
    this.store.close();
  }

  private isUsable(): boolean {
    return this.isListening && Date.now() >= this.unusedUntilMs;
  }

  private outdate(sku: string): void {
    const fill = this.fills.get(sku);
    if (fill) fill.isOutdated = true;
    this.fills.delete(sku);
  }

  private fill(sku: string, load: LoadProduct): Promise<VersionedProduct | undefined> {
    const running = this.fills.get(sku);
    if (running) return running.product;
    const fill: Fill = { product: load(), isOutdated: false };
    this.fills.set(sku, fill);
    void this.keep(sku, fill);
    return fill.product;
  }

  /** `invalidate` may run at any await here. In every order the old product is not kept. */
  private async keep(sku: string, fill: Fill): Promise<void> {
    const product = await fill.product.catch(() => undefined);
    if (product && !fill.isOutdated && this.isUsable()) {
      await this.attempt(this.store.cache.set(keyOf(sku), product));
      if (fill.isOutdated) await this.drop([sku]);
    }
    if (this.fills.get(sku) === fill) this.fills.delete(sku);
  }

  private async drop(skus: readonly string[]): Promise<void> {
    const dropped = await this.attempt(this.store.cache.mdel(skus.map(keyOf)));
    // An entry that was not dropped may stay until it expires, so the store is not read before then.
    if (dropped !== true) this.pause(ENTRY_TTL_MS);
  }

  /** @returns `undefined` when the store fails or takes too long */
  private async attempt<T>(operation: Promise<T>): Promise<T | undefined> {
    const timer = new AbortController();
    const late = sleep(OPERATION_TIMEOUT_MS, 'late' as const, { signal: timer.signal });
    try {
      const result = await Promise.race([operation, late]);
      if (result !== 'late') return result;
      this.pause(PAUSE_AFTER_TIMEOUT_MS);
    } catch (err) {
      this.logger.debug({ err }, 'the cache failed');
    } finally {
      timer.abort();
      late.catch(() => undefined);
    }
    return undefined;
  }

  private pause(ms: number): void {
    this.unusedUntilMs = Math.max(this.unusedUntilMs, Date.now() + ms);
  }
}

const keyOf = (sku: string): string => `product:${sku}`;
