import type { ServiceDefinition } from '@doorbuster/service';
import { productCache } from './cache/cache.providers.js';
import { ChangeListener } from './cache/change-listener.js';
import { catalogConfigProvider } from './catalog.config.js';
import { CatalogAnnouncer } from './messaging/catalog-announcer.js';
import { SaleUnitsHandler } from './messaging/sale-units.handler.js';
import { StreamWatcher } from './messaging/stream-watcher.js';
import { AddSales1768100000000 } from './persistence/add-sales.migration.js';
import { BoundSaleInstants1768500000000 } from './persistence/bound-sale-instants.migration.js';
import { CreateCatalog1767225601000 } from './persistence/create-catalog.migration.js';
import { ProductEntity } from './persistence/product.entity.js';
import { ProductChanges } from './queries/product-changes.js';
import { ProductList } from './queries/product-list.js';
import { ProductsController } from './queries/products.controller.js';
import { SaleChanges } from './queries/sale-changes.js';
import { SalesController } from './queries/sales.controller.js';
import { SaleClock } from './sales/sale-clock.js';

export const catalogDefinition: ServiceDefinition = {
  service: 'catalog',
  migrations: [CreateCatalog1767225601000, AddSales1768100000000, BoundSaleInstants1768500000000],
  entities: [ProductEntity],
  controllers: [ProductsController, SalesController, SaleUnitsHandler],
  providers: [
    catalogConfigProvider,
    productCache,
    ChangeListener,
    CatalogAnnouncer,
    StreamWatcher,
    ProductChanges,
    ProductList,
    SaleChanges,
    SaleClock,
  ],
};
