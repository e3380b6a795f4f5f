import type { SagaOptions } from '@doorbuster/saga/nest';
import { Module } from '@nestjs/common';
import { OrdersModule } from '../orders/orders.module.js';
import { SalesModule } from '../sales/sales.module.js';
import { CheckoutRepliesHandler } from './checkout-replies.handler.js';
import { OrderDecisions } from './order-decisions.js';
import { attributesOf, subjectOf, type OrderSagaData } from '../orders/domain/order-saga.js';
import { sagaDefinitions } from './saga-definitions.js';
import { SagasRpcController } from './sagas.rpc-controller.js';
import { SagasService } from './sagas.service.js';

/** For `SagaModule.forRoot`. */
export const orderSagas: SagaOptions<OrderSagaData, keyof OrderDecisions> = {
  definitions: sagaDefinitions,
  decisions: OrderDecisions,
  subjectOf,
  attributesOf,
  adviceForStalled: (sagaId) =>
    `restore what it waits for, then POST /v1/sagas/${sagaId}/retry (docs/runbooks/stuck-saga.md)`,
};

@Module({
  imports: [OrdersModule, SalesModule],
  controllers: [CheckoutRepliesHandler, SagasRpcController],
  providers: [OrderDecisions, SagasService],
})
export class CheckoutModule {}
