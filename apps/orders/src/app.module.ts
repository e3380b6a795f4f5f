import { SagaModule } from '@doorbuster/saga/nest';
import {
  ConfigurationModule,
  HealthModule,
  MessagingModule,
  OperationsModule,
  PersistenceModule,
} from '@doorbuster/service';
import { Module } from '@nestjs/common';
import { CheckoutModule, orderSagas } from './checkout/checkout.module.js';
import { OrdersModule } from './orders/orders.module.js';
import { ordersSchema } from './orders.schema.js';
import { PricesModule } from './prices/prices.module.js';
import { SalesModule } from './sales/sales.module.js';

@Module({
  imports: [
    ConfigurationModule.forRoot('orders'),
    MessagingModule,
    PersistenceModule.forRoot(ordersSchema),
    HealthModule.forRoot('orders'),
    OperationsModule.forRoot('orders'),
    SagaModule.forRoot(orderSagas),
    OrdersModule,
    CheckoutModule,
    PricesModule,
    SalesModule,
  ],
})
export class AppModule {}
