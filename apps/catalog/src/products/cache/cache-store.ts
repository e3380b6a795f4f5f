import { readFileSync } from 'node:fs';
import type { Logger } from '@doorbuster/telemetry';
import KeyvRedis, { createClient } from '@keyv/redis';
import { createCache, type Cache } from 'cache-manager';
import { Keyv } from 'keyv';
import { LRUCache } from 'lru-cache';

/** Where cached values are, in this process or in one place for all replicas. */
export interface CacheStore {
  cache: Cache;
  isShared: boolean;
  close(): void;
}

/** Changes with the shape of what is kept, so that no release reads what another wrote. */
const NAMESPACE = 'catalog.v1';
const MEMORY_ENTRIES_MAX = 20_000;
const MEMORY_CHARACTERS_MAX = 16 * 1024 ** 2;

export interface RedisAddress {
  /** `redis://user:password@host:port`, or `rediss://` with TLS, whose server must prove that it is this host. */
  url: string;
  /** Path of a PEM file: who signed the certificate of a `rediss://` server, when the system does not know them. */
  caFile?: string | undefined;
}

export const openCacheStore = (redis: RedisAddress | undefined, ttlMs: number, logger: Logger): CacheStore =>
  redis === undefined ? openMemory(ttlMs) : openRedis(redis, ttlMs, logger);

/** Keyv hands over a third parameter that would be taken for options; how long an entry lives is Keyv's business. */
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
    // While Redis is away a read must not wait for it.
    disableOfflineQueue: true,
    commandsQueueMaxLength: COMMANDS_WAITING_MAX,
    pingInterval: PING_INTERVAL_MS,
    socket: {
      ...(caFile !== undefined && { tls: true as const, ca: readFileSync(caFile) }),
      connectTimeout: CONNECT_TIMEOUT_MS,
      reconnectStrategy: (attempts) => Math.min(100 * 2 ** Math.min(attempts, 10), RECONNECT_DELAY_MAX_MS),
    },
  });
  let isAway = false;
  client.on('error', (err: unknown) => {
    if (!isAway) logger.warn({ err }, 'Redis is away, reading without a cache');
    isAway = true;
  });
  client.on('ready', () => {
    if (isAway) logger.info('Redis is back');
    isAway = false;
  });
  client.connect().catch(() => undefined); // Told by the listener above; tried again for ever.
  const redis = new KeyvRedis<string>(client, { throwOnErrors: true });
  const store = new Keyv({ store: redis, namespace: NAMESPACE, useKeyPrefix: false, throwOnErrors: true });
  store.on('error', (err: unknown) => logger.debug({ err }, 'cache operation failed'));
  return {
    cache: createCache({ stores: [store], ttl: ttlMs }),
    isShared: true,
    close: () => client.destroy(),
  };
}
