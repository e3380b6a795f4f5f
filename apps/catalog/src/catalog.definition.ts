import type { ServiceDefinition } from '@doorbuster/service';
import { catalogConfigProvider } from './catalog.config.js';
import { AddSales1768100000000 } from './migrations/add-sales.migration.js';
import { BoundSaleInstants1768500000000 } from './migrations/bound-sale-instants.migration.js';
import { CreateCatalog1767225601000 } from './migrations/create-catalog.migration.js';
import { productCache } from './products/cache/cache.providers.js';
import { ProductCacheInvalidator } from './products/cache/product-cache-invalidator.js';
import { ProductEntity } from './products/product.entity.js';
import { ProductsRepository } from './products/products.repository.js';
import { ProductsRpcController } from './products/products.rpc-controller.js';
import { ProductsService } from './products/products.service.js';
import { AnnouncedStreamEntity } from './republish/announced-stream.entity.js';
import { AnnouncedStreamRepository } from './republish/announced-stream.repository.js';
import { CatalogRepublisher } from './republish/catalog-republisher.js';
import { StreamWatcher } from './republish/stream-watcher.js';
import { AllocationRepliesHandler } from './sales/allocation-replies.handler.js';
import { SaleEntity } from './sales/sale.entity.js';
import { SaleScheduler } from './sales/sale.scheduler.js';
import { SalesRepository } from './sales/sales.repository.js';
import { SalesRpcController } from './sales/sales.rpc-controller.js';
import { SalesService } from './sales/sales.service.js';

export const catalogDefinition: ServiceDefinition = {
  service: 'catalog',
  migrations: [CreateCatalog1767225601000, AddSales1768100000000, BoundSaleInstants1768500000000],
  entities: [ProductEntity, SaleEntity, AnnouncedStreamEntity],
  controllers: [ProductsRpcController, SalesRpcController, AllocationRepliesHandler],
  providers: [
    catalogConfigProvider,
    productCache,
    ProductCacheInvalidator,
    ProductsRepository,
    ProductsService,
    SalesRepository,
    SalesService,
    SaleScheduler,
    AnnouncedStreamRepository,
    StreamWatcher,
    CatalogRepublisher,
  ],
};
