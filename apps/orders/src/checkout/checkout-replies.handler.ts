import { ConsumesBatches, type BatchOutcome, type IncomingBatch } from '@doorbuster/messaging';
import { replyContractsOf } from '@doorbuster/saga';
import { SagaRunner } from '@doorbuster/saga/nest';
import { Controller } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import type { OrderSagaData } from '../orders/domain/order-saga.js';
import { sagaDefinitions } from './saga-definitions.js';

/** Takes the replies of inventory and payments, both in one batch. */
@Controller()
export class CheckoutRepliesHandler {
  constructor(private readonly sagas: SagaRunner<OrderSagaData>) {}

  @ConsumesBatches('orders-replies', replyContractsOf(sagaDefinitions))
  handle(@Payload() batch: IncomingBatch): Promise<BatchOutcome> {
    return this.sagas.handleReplies(batch);
  }
}
