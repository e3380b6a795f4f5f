import type { ServiceDefinition } from '@doorbuster/service';
import { productCache } from './cache/cache.providers.js';
import { ChangeListener } from './cache/change-listener.js';
import { catalogConfigProvider } from './catalog.config.js';
import { ProductAnnouncer } from './messaging/product-announcer.js';
import { CreateCatalog1767225601000 } from './persistence/create-catalog.migration.js';
import { ProductEntity } from './persistence/product.entity.js';
import { ProductChanges } from './queries/product-changes.js';
import { ProductList } from './queries/product-list.js';
import { ProductsController } from './queries/products.controller.js';

export const catalogDefinition: ServiceDefinition = {
  service: 'catalog',
  migrations: [CreateCatalog1767225601000],
  entities: [ProductEntity],
  controllers: [ProductsController],
  providers: [
    catalogConfigProvider,
    productCache,
    ChangeListener,
    ProductAnnouncer,
    ProductChanges,
    ProductList,
  ],
};
