import {
  ConfigurationModule,
  HealthModule,
  MessagingModule,
  OperationsModule,
  PersistenceModule,
} from '@doorbuster/service';
import { Module } from '@nestjs/common';
import { catalogSchema } from './catalog.schema.js';
import { ImagesModule } from './images/images.module.js';
import { ProductsModule } from './products/products.module.js';
import { RepublishModule } from './republish/republish.module.js';
import { SalesModule } from './sales/sales.module.js';

@Module({
  imports: [
    ConfigurationModule.forRoot('catalog'),
    MessagingModule,
    PersistenceModule.forRoot(catalogSchema),
    HealthModule.forRoot('catalog'),
    OperationsModule.forRoot('catalog'),
    ProductsModule,
    ImagesModule,
    SalesModule,
    RepublishModule,
  ],
})
export class AppModule {}
