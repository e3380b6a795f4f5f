import type { Product } from '@doorbuster/contracts';
import { createLogger } from '@doorbuster/telemetry';
import { createCache } from 'cache-manager';
import { Keyv } from 'keyv';
import { describe, expect, it, vi } from 'vitest';
import { openCacheStore, type CacheStore } from '../../../src/products/cache/cache-store.js';
import { ENTRY_TTL_MS, ProductCache } from '../../../src/products/cache/product-cache.js';

const logger = createLogger('catalog', 'silent');

const product = (name: string): Product => ({
  sku: 'A',
  name,
  description: '',
  category: 'test',
  price: { amount: 1, currency: 'USD' },
  images: [],
  createdAt: '2026-01-01T00:00:00.000Z',
  updatedAt: '2026-01-01T00:00:00.000Z',
});

async function listening(
  store: CacheStore = openCacheStore(undefined, ENTRY_TTL_MS, logger),
): Promise<ProductCache> {
  const cache = new ProductCache(store, logger);
  await cache.startListening();
  return cache;
}

/** A store whose operations hang or fail on demand. */
function unreliable(): { store: CacheStore; map: Map<string, string>; mode: 'works' | 'hangs' | 'fails' } {
  const map = new Map<string, string>();
  const state = { mode: 'works' as 'works' | 'hangs' | 'fails', map };
  const operate = async <T>(operation: () => T): Promise<T> => {
    if (state.mode === 'hangs') await new Promise(() => undefined);
    if (state.mode === 'fails') throw new Error('the store is unavailable');
    return operation();
  };
  const adapter = {
    opts: {},
    get: (key: string) => operate(() => map.get(key)),
    set: (key: string, value: string) => operate(() => void map.set(key, value)),
    delete: (key: string) => operate(() => map.delete(key)),
    clear: () => operate(() => map.clear()),
    on: () => adapter,
  };
  const keyv = new Keyv({ store: adapter, throwOnErrors: true });
  keyv.on('error', () => undefined);
  const store = {
    cache: createCache({ stores: [keyv], ttl: ENTRY_TTL_MS }),
    isShared: true,
    close: () => undefined,
  };
  return Object.assign(state, { store });
}

const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));

describe('the product cache', () => {
  it('loads once for concurrent reads, and not again', async () => {
    const cache = await listening();
    const load = vi.fn<() => Promise<Product>>(async () => product('one'));
    const answers = await Promise.all([cache.read('A', load), cache.read('A', load), cache.read('A', load)]);
    await settled();
    expect(await cache.read('A', load)).toEqual(product('one'));
    expect(answers).toEqual([product('one'), product('one'), product('one')]);
    expect(load).toHaveBeenCalledTimes(1);
  });

  it('does not store that a product is unknown, nor a failure', async () => {
    const cache = await listening();
    expect(await cache.read('A', async () => undefined)).toBeUndefined();
    await expect(cache.read('A', () => Promise.reject(new Error('down')))).rejects.toThrow('down');
    await settled();
    expect(await cache.read('A', async () => product('one'))).toEqual(product('one'));
  });

  it('does not store a product that was read before it changed', async () => {
    const cache = await listening();
    const { promise: oldProduct, resolve } = Promise.withResolvers<Product>();
    const reader = cache.read('A', () => oldProduct);
    await settled();
    await cache.invalidate(['A']);
    const later = cache.read('A', async () => product('new'));
    resolve(product('old'));
    expect(await reader).toEqual(product('old'));
    expect(await later).toEqual(product('new'));
    await settled();
    expect(await cache.read('A', async () => product('newest'))).not.toEqual(product('old'));
  });

  it('does not keep it when the change comes during the write to the store', async () => {
    const { store, map } = unreliable();
    const cache = await listening(store);
    const set = store.cache.set;
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    vi.spyOn(store.cache, 'set').mockImplementation(async (key, value, ttl) => {
      await released;
      return set(key, value, ttl);
    });
    await cache.read('A', async () => product('old'));
    await cache.invalidate(['A']);
    release();
    await settled();
    expect(map.size).toBe(0);
  });

  it('is not used before it receives changes, nor while it does not receive them', async () => {
    const cache = new ProductCache(openCacheStore(undefined, ENTRY_TTL_MS, logger), logger);
    const load = vi.fn<() => Promise<Product>>(async () => product('one'));
    await cache.read('A', load);
    await cache.read('A', load);
    await cache.startListening();
    await cache.read('A', load);
    await settled();
    cache.stopListening();
    await cache.read('A', load);
    expect(load).toHaveBeenCalledTimes(4);
    await cache.startListening();
    await cache.read('A', load);
    expect(load).toHaveBeenCalledTimes(5);
  });

  it.each(['hangs', 'fails'] as const)('reads without a store that %s', async (mode) => {
    const state = unreliable();
    const cache = await listening(state.store);
    state.mode = mode;
    const startedAt = Date.now();
    expect(await cache.read('A', async () => product('one'))).toEqual(product('one'));
    expect(Date.now() - startedAt).toBeLessThan(1_000);
  });

  it('ignores the store for the lifetime of an entry after an entry could not be dropped', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const state = unreliable();
    const cache = await listening(state.store);
    await cache.read('A', async () => product('old'));
    await settled();
    expect(state.map.size).toBe(1);
    state.mode = 'fails';
    await cache.invalidate(['A']);
    state.mode = 'works';
    expect(await cache.read('A', async () => product('new'))).toEqual(product('new'));
    vi.setSystemTime(Date.now() + ENTRY_TTL_MS + 1);
    expect(await cache.read('A', async () => product('new'))).toEqual(product('new'));
    vi.useRealTimers();
  });

  it('is bounded in memory', async () => {
    const { cache } = openCacheStore(undefined, ENTRY_TTL_MS, logger);
    const text = 'x'.repeat(1024 ** 2);
    for (let i = 0; i < 20; i += 1) await cache.set(`key-${i}`, text);
    expect(await cache.get('key-0')).toBeUndefined();
    expect(await cache.get('key-19')).toBe(text);
  });
});
