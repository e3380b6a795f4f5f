import type { ServiceDefinition } from '@doorbuster/service';
import { OrderCancellation } from './intake/order-cancellation.js';
import { OrderIntake } from './intake/order-intake.js';
import { PlacedOrders } from './intake/placed-orders.js';
import { PricesHandler } from './messaging/prices.handler.js';
import { SalesHandler } from './messaging/sales.handler.js';
import { SagaRepliesHandler } from './messaging/saga-replies.handler.js';
import { AddSales1768100000000 } from './persistence/add-sales.migration.js';
import { CreateOrders1767225602000 } from './persistence/create-orders.migration.js';
import { IndexStalledSagas1767225603000 } from './persistence/index-stalled-sagas.migration.js';
import { OrdersRepository } from './persistence/orders.repository.js';
import { SagasRepository } from './persistence/sagas.repository.js';
import { OrdersController } from './queries/orders.controller.js';
import { SagasController } from './queries/sagas.controller.js';
import { DeadlineSweeper } from './sagas/deadline-sweeper.js';
import { OrderSagas } from './sagas/order-sagas.js';
import { SAGA_DEFINITIONS, sagaDefinitions } from './sagas/saga-definitions.js';
import { SagaGauges } from './sagas/saga-gauges.js';

export const orders: ServiceDefinition = {
  service: 'orders',
  migrations: [CreateOrders1767225602000, IndexStalledSagas1767225603000, AddSales1768100000000],
  controllers: [OrdersController, SagasController, PricesHandler, SalesHandler, SagaRepliesHandler],
  providers: [
    OrdersRepository,
    SagasRepository,
    OrderSagas,
    OrderIntake,
    PlacedOrders,
    OrderCancellation,
    DeadlineSweeper,
    SagaGauges,
    { provide: SAGA_DEFINITIONS, useValue: sagaDefinitions },
  ],
};
