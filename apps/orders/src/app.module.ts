import { SagaModule } from '@doorbuster/saga/nest';
import {
  ConfigurationModule,
  HealthModule,
  MessagingModule,
  OperationsModule,
  PersistenceModule,
} from '@doorbuster/service';
import { Module } from '@nestjs/common';
import { CheckoutRepliesHandler } from './checkout/checkout-replies.handler.js';
import { OrderDecisions } from './checkout/order-decisions.js';
import { sagaDefinitions } from './checkout/saga-definitions.js';
import { OrderCancellation } from './intake/order-cancellation.js';
import { OrderIntake } from './intake/order-intake.js';
import { PlacedOrders } from './intake/placed-orders.js';
import { PricesHandler } from './messaging/prices.handler.js';
import { SalesHandler } from './messaging/sales.handler.js';
import { ordersSchema } from './orders.schema.js';
import { OrdersRepository } from './persistence/orders.repository.js';
import { OrdersController } from './queries/orders.controller.js';
import { SagasController } from './queries/sagas.controller.js';

@Module({
  imports: [
    ConfigurationModule.forRoot('orders'),
    MessagingModule,
    PersistenceModule.forRoot(ordersSchema),
    HealthModule.forRoot('orders'),
    OperationsModule.forRoot('orders'),
    SagaModule.forRoot({
      definitions: sagaDefinitions,
      decisions: OrderDecisions,
      subjectOf: ({ orderId }) => orderId,
      attributesOf: ({ orderId }) => ({ 'doorbuster.order.id': orderId }),
    }),
  ],
  controllers: [OrdersController, SagasController, PricesHandler, SalesHandler, CheckoutRepliesHandler],
  providers: [OrdersRepository, OrderDecisions, OrderIntake, PlacedOrders, OrderCancellation],
})
export class AppModule {}
