import { SagaModule } from '@doorbuster/saga/nest';
import { Module } from '@nestjs/common';
import { OrdersModule } from '../orders/orders.module.js';
import { SalesModule } from '../sales/sales.module.js';
import { CheckoutRepliesHandler } from './checkout-replies.handler.js';
import { OrderDecisions } from './order-decisions.js';
import { attributesOf, subjectOf } from './order-saga.js';
import { sagaDefinitions } from './saga-definitions.js';
import { SagasRpcController } from './sagas.rpc-controller.js';

@Module({
  imports: [
    OrdersModule,
    SalesModule,
    SagaModule.forRoot({
      definitions: sagaDefinitions,
      decisions: OrderDecisions,
      subjectOf,
      attributesOf,
    }),
  ],
  controllers: [CheckoutRepliesHandler, SagasRpcController],
  providers: [OrderDecisions],
})
export class CheckoutModule {}
