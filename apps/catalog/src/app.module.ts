import {
  ConfigurationModule,
  HealthModule,
  MessagingModule,
  OperationsModule,
  PersistenceModule,
} from '@doorbuster/service';
import { Module } from '@nestjs/common';
import { CatalogConfig } from './catalog.config.js';
import { productCache } from './products/cache/cache.providers.js';
import { ProductCacheInvalidator } from './products/cache/product-cache-invalidator.js';
import { ProductsRepository } from './products/products.repository.js';
import { ProductsRpcController } from './products/products.rpc-controller.js';
import { ProductsService } from './products/products.service.js';
import { AnnouncedStreamRepository } from './republish/announced-stream.repository.js';
import { CatalogRepublisher } from './republish/catalog-republisher.js';
import { StreamWatcher } from './republish/stream-watcher.js';
import { AllocationRepliesHandler } from './sales/allocation-replies.handler.js';
import { SaleScheduler } from './sales/sale.scheduler.js';
import { SalesRepository } from './sales/sales.repository.js';
import { SalesRpcController } from './sales/sales.rpc-controller.js';
import { SalesService } from './sales/sales.service.js';
import { catalogSchema } from './catalog.schema.js';

@Module({
  imports: [
    ConfigurationModule.forRoot('catalog'),
    MessagingModule,
    PersistenceModule.forRoot(catalogSchema),
    HealthModule.forRoot('catalog'),
    OperationsModule.forRoot('catalog'),
  ],
  controllers: [ProductsRpcController, SalesRpcController, AllocationRepliesHandler],
  providers: [
    CatalogConfig,
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
})
export class AppModule {}
