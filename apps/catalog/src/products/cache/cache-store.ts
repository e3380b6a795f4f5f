import { readFileSync } from 'node:fs';
import type { Logger } from '@doorbuster/telemetry';
import KeyvRedis, { createClient } from '@keyv/redis';
import { createCache, type Cache } from 'cache-manager';
import { Keyv } from 'keyv';
import { LRUCache } from 'lru-cache';

/** The storage of the cache: memory of this process, or Redis for all replicas. */
export interface CacheStore {
  cache: Cache;
  isShared: boolean;
  close(): void;
}

/** Changes with the shape of the entries, so that a release does not read entries of another. */
const NAMESPACE = 'catalog.v2';
const MEMORY_ENTRIES_MAX = 20_000;
const MEMORY_CHARACTERS_MAX = 16 * 1024 ** 2;

export interface RedisAddress {
  /** `redis://user:password@host:port`, or `rediss://` for TLS with a verified host name. */
  url: string;
  /** Path of a PEM file: the CA of a `rediss://` server, when it is not one of the system's. */
  caFile?: string | undefined;
}

export const openCacheStore = (redis: RedisAddress | undefined, ttlMs: number, logger: Logger): CacheStore =>
  redis === undefined ? openMemory(ttlMs) : openRedis(redis, ttlMs, logger);

/** Drops Keyv's third argument, a time to live: LRUCache would take it for options, and Keyv expires entries itself. */
class BoundedMemory extends LRUCache<string, string> {
  override set(key: string, value: string): this {
    return super.set(key, value);
  }
}

function openMemory(ttlMs: number): CacheStore {
  const store = new BoundedMemory({
    max: MEMORY_ENTRIES_MAX,
    maxSize: MEMORY_CHARACTERS_MAX,
    sizeCalculation: (text) => text.length,
  });
  const cache = createCache({ stores: [new Keyv({ store, namespace: NAMESPACE })], ttl: ttlMs });
  return { cache, isShared: false, close: () => store.clear() };
}

const CONNECT_TIMEOUT_MS = 5_000;
const PING_INTERVAL_MS = 10_000;
const COMMANDS_WAITING_MAX = 2_000;
const RECONNECT_DELAY_MAX_MS = 5_000;

function openRedis({ url, caFile }: RedisAddress, ttlMs: number, logger: Logger): CacheStore {
  const client = createClient({
    url,
    // While Redis is unavailable, reads fail at once instead of waiting.
    disableOfflineQueue: true,
    commandsQueueMaxLength: COMMANDS_WAITING_MAX,
    pingInterval: PING_INTERVAL_MS,
    socket: {
      ...(caFile !== undefined && { tls: true as const, ca: readFileSync(caFile) }),
      connectTimeout: CONNECT_TIMEOUT_MS,
      reconnectStrategy: (attempts) => Math.min(100 * 2 ** Math.min(attempts, 10), RECONNECT_DELAY_MAX_MS),
    },
  });
  let isUnavailable = false;
  client.on('error', (err: unknown) => {
    if (!isUnavailable) logger.warn({ err }, 'Redis is unavailable, reading without a cache');
    isUnavailable = true;
  });
  client.on('ready', () => {
    if (isUnavailable) logger.info('Redis is back');
    isUnavailable = false;
  });
  client.connect().catch(() => undefined); // The listener above logs it; the client reconnects by itself.
  const redis = new KeyvRedis<string>(client, { throwOnErrors: true });
  const store = new Keyv({ store: redis, namespace: NAMESPACE, useKeyPrefix: false, throwOnErrors: true });
  store.on('error', (err: unknown) => logger.debug({ err }, 'cache operation failed'));
  return {
    cache: createCache({ stores: [store], ttl: ttlMs }),
    isShared: true,
    close: () => client.destroy(),
  };
}
