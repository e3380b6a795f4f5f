import { paymentCaptured, stockCommitted } from '@doorbuster/contracts';
import { ConsumesBatches, type BatchOutcome, type IncomingBatch } from '@doorbuster/messaging';
import { replyContractsOf } from '@doorbuster/saga';
import { SagaRunner } from '@doorbuster/saga/nest';
import { Controller } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import type { OrderSagaData } from '../orders/domain/order-saga.js';
import { sagaDefinitions } from './saga-definitions.js';

/**
 * The last replies of a checkout, for which nobody waits: the order is confirmed. Both come within some milliseconds, mostly in
 * different messages. In one batch they move their saga once.
 */
const LAST_REPLIES = { contracts: [stockCommitted, paymentCaptured], ms: 50 };

/** Takes the replies of inventory and payments, both in one batch. */
@Controller()
export class CheckoutRepliesHandler {
  constructor(private readonly sagas: SagaRunner<OrderSagaData>) {}

  @ConsumesBatches('orders-replies', replyContractsOf(sagaDefinitions), LAST_REPLIES)
  handle(@Payload() batch: IncomingBatch): Promise<BatchOutcome> {
    return this.sagas.handleReplies(batch);
  }
}
