import { LOGGER } from '@doorbuster/service';
import type { Logger } from '@doorbuster/telemetry';
import type { FactoryProvider } from '@nestjs/common';
import { CatalogConfig } from '../../catalog.config.js';
import { openCacheStore } from './cache-store.js';
import { ENTRY_TTL_MS, ProductCache } from './product-cache.js';

export const productCache: FactoryProvider<ProductCache> = {
  provide: ProductCache,
  inject: [CatalogConfig, LOGGER],
  useFactory: ({ REDIS_URL: url, REDIS_CA_FILE: caFile }: CatalogConfig, logger: Logger) =>
    new ProductCache(
      openCacheStore(url === undefined ? undefined : { url, caFile }, ENTRY_TTL_MS, logger),
      logger,
    ),
};
