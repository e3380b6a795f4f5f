import { setTimeout as sleep } from 'node:timers/promises';
import type { Product } from '@doorbuster/contracts';
import type { Logger } from '@doorbuster/telemetry';
import type { CacheStore } from './cache-store.js';

/** Bounds how old an entry can get that nobody was there to drop. */
export const ENTRY_TTL_MS = 60_000;
/** Reading from the database takes about as long. */
const OPERATION_TIMEOUT_MS = 100;
const REST_AFTER_TIMEOUT_MS = 1_000;

type LoadProduct = () => Promise<Product | undefined>;

/** A product on its way from the database into the cache. */
interface Fill {
  product: Promise<Product | undefined>;
  /** It changed in the meantime, so what was read may be the product before. */
  isOutdated: boolean;
}

/**
 * Products as last read, until an event says that they changed. It is used only while such events are heard, and reads go
 * on without it when the store fails.
 */
export class ProductCache {
  private readonly fills = new Map<string, Fill>();
  private isListening = false;
  private unusedUntilMs = 0;

  constructor(
    private readonly store: CacheStore,
    private readonly logger: Logger,
  ) {}

  /** The cached product, or what `load` gives. Those who ask while it loads get the same answer. */
  async read(sku: string, load: LoadProduct): Promise<Product | undefined> {
    if (!this.isUsable()) return load();
    const cached = await this.attempt(this.store.cache.get<Product>(keyOf(sku)));
    return cached ?? this.fill(sku, load);
  }

  /** Drops products that changed, and does not keep what was read of them before this call. */
  async invalidate(skus: readonly string[]): Promise<void> {
    for (const sku of skus) this.outdate(sku);
    await this.drop(skus);
  }

  /** From now on `invalidate` is called for every change. What was missed before is gone. */
  async startListening(): Promise<void> {
    for (const sku of this.fills.keys()) this.outdate(sku);
    // A shared store was looked after by the replicas that heard; one of them published the event.
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

  private fill(sku: string, load: LoadProduct): Promise<Product | undefined> {
    const running = this.fills.get(sku);
    if (running) return running.product;
    const fill: Fill = { product: load(), isOutdated: false };
    this.fills.set(sku, fill);
    void this.keep(sku, fill);
    return fill.product;
  }

  /** An event may come at any await here; whichever comes last, the old product does not stay. */
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
    // What could not be dropped is in there until its time is over; so long nothing is read from there.
    if (dropped !== true) this.rest(ENTRY_TTL_MS);
  }

  /** `undefined` when the store fails or takes too long. */
  private async attempt<T>(operation: Promise<T>): Promise<T | undefined> {
    const timer = new AbortController();
    const late = sleep(OPERATION_TIMEOUT_MS, 'late' as const, { signal: timer.signal });
    try {
      const result = await Promise.race([operation, late]);
      if (result !== 'late') return result;
      this.rest(REST_AFTER_TIMEOUT_MS);
    } catch (err) {
      this.logger.debug({ err }, 'the cache failed');
    } finally {
      timer.abort();
      late.catch(() => undefined);
    }
    return undefined;
  }

  private rest(ms: number): void {
    this.unusedUntilMs = Math.max(this.unusedUntilMs, Date.now() + ms);
  }
}

const keyOf = (sku: string): string => `product:${sku}`;
