import type { ServiceDefinition } from '@doorbuster/service';
import { productCache } from './products/cache/cache.providers.js';
import { ProductCacheInvalidator } from './products/cache/product-cache-invalidator.js';
import { catalogConfigProvider } from './catalog.config.js';
import { CatalogRepublisher } from './republish/catalog-republisher.js';
import { AllocationRepliesHandler } from './sales/allocation-replies.handler.js';
import { StreamWatcher } from './republish/stream-watcher.js';
import { AddSales1768100000000 } from './migrations/add-sales.migration.js';
import { BoundSaleInstants1768500000000 } from './migrations/bound-sale-instants.migration.js';
import { CreateCatalog1767225601000 } from './migrations/create-catalog.migration.js';
import { ProductEntity } from './products/product.entity.js';
import { ProductsService } from './products/products.service.js';
import { ProductList } from './products/product-list.js';
import { ProductsRpcController } from './products/products.rpc-controller.js';
import { SalesService } from './sales/sales.service.js';
import { SalesRpcController } from './sales/sales.rpc-controller.js';
import { SaleScheduler } from './sales/sale.scheduler.js';

export const catalogDefinition: ServiceDefinition = {
  service: 'catalog',
  migrations: [CreateCatalog1767225601000, AddSales1768100000000, BoundSaleInstants1768500000000],
  entities: [ProductEntity],
  controllers: [ProductsRpcController, SalesRpcController, AllocationRepliesHandler],
  providers: [
    catalogConfigProvider,
    productCache,
    ProductCacheInvalidator,
    CatalogRepublisher,
    StreamWatcher,
    ProductsService,
    ProductList,
    SalesService,
    SaleScheduler,
  ],
};
