import { SagaEntity, SagaModule, SagaTransitionsEntity } from '@doorbuster/saga/nest';
import type { ServiceDefinition } from '@doorbuster/service';
import { CheckoutRepliesHandler } from './checkout/checkout-replies.handler.js';
import { OrderDecisions } from './checkout/order-decisions.js';
import { sagaDefinitions } from './checkout/saga-definitions.js';
import { OrderCancellation } from './intake/order-cancellation.js';
import { OrderIntake } from './intake/order-intake.js';
import { PlacedOrders } from './intake/placed-orders.js';
import { PricesHandler } from './messaging/prices.handler.js';
import { SalesHandler } from './messaging/sales.handler.js';
import { AddSales1768100000000 } from './persistence/add-sales.migration.js';
import { CreateOrders1767225602000 } from './persistence/create-orders.migration.js';
import { IndexStalledSagas1767225603000 } from './persistence/index-stalled-sagas.migration.js';
import { OrdersRepository } from './persistence/orders.repository.js';
import { OrdersController } from './queries/orders.controller.js';
import { SagasController } from './queries/sagas.controller.js';

/** @param definitions a test of two releases has further ones */
export const ordersWith = (definitions = sagaDefinitions): ServiceDefinition => ({
  service: 'orders',
  migrations: [CreateOrders1767225602000, IndexStalledSagas1767225603000, AddSales1768100000000],
  entities: [SagaEntity, SagaTransitionsEntity],
  imports: [
    SagaModule.forRoot({
      definitions,
      decisions: OrderDecisions,
      subjectOf: ({ orderId }) => orderId,
      attributesOf: ({ orderId }) => ({ 'doorbuster.order.id': orderId }),
    }),
  ],
  controllers: [OrdersController, SagasController, PricesHandler, SalesHandler, CheckoutRepliesHandler],
  providers: [OrdersRepository, OrderDecisions, OrderIntake, PlacedOrders, OrderCancellation],
});

export const orders = ordersWith();
