import { LOGGER } from '@doorbuster/service';
import type { Logger } from '@doorbuster/telemetry';
import { Module } from '@nestjs/common';
import { CatalogConfig } from '../catalog.config.js';
import { openCacheStore } from './cache/cache-store.js';
import { ProductCacheInvalidator } from './cache/product-cache-invalidator.js';
import { ENTRY_TTL_MS, ProductCache } from './cache/product-cache.js';
import { ProductListsRepository } from './product-lists.repository.js';
import { ProductListsService } from './product-lists.service.js';
import { ProductsRepository } from './products.repository.js';
import { ProductsRpcController } from './products.rpc-controller.js';
import { ProductsService } from './products.service.js';

@Module({
  controllers: [ProductsRpcController],
  providers: [
    CatalogConfig,
    {
      provide: ProductCache,
      useFactory: ({ REDIS_URL: url, REDIS_CA_FILE: caFile }: CatalogConfig, logger: Logger) =>
        new ProductCache(
          openCacheStore(url === undefined ? undefined : { url, caFile }, ENTRY_TTL_MS, logger),
          logger,
        ),
      inject: [CatalogConfig, LOGGER],
    },
    ProductCacheInvalidator,
    ProductListsRepository,
    ProductListsService,
    ProductsRepository,
    ProductsService,
  ],
  exports: [ProductCache, ProductsRepository],
})
export class ProductsModule {}
