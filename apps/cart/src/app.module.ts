import {
  ConfigurationModule,
  HealthModule,
  MessagingModule,
  OperationsModule,
  PersistenceModule,
} from '@doorbuster/service';
import { Module } from '@nestjs/common';
import { cartSchema } from './cart.schema.js';
import { CartsModule } from './carts/carts.module.js';
import { CheckoutsModule } from './checkouts/checkouts.module.js';
import { ExpiryModule } from './expiry/expiry.module.js';
import { ProductsModule } from './products/products.module.js';

@Module({
  imports: [
    ConfigurationModule.forRoot('cart'),
    MessagingModule,
    PersistenceModule.forRoot(cartSchema),
    HealthModule.forRoot('cart'),
    OperationsModule.forRoot('cart'),
    ProductsModule,
    CartsModule,
    CheckoutsModule,
    ExpiryModule,
  ],
})
export class AppModule {}
