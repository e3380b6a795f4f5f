import { cartOrderChanged } from '@doorbuster/contracts';
import { ConsumesBatches, type BatchOutcome, type EventOf, type IncomingBatch } from '@doorbuster/messaging';
import { UnitOfWork } from '@doorbuster/persistence';
import { Controller } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { CheckoutsService } from './checkouts.service.js';

/** Settles checkouts by what orders says, also when the gateway died before it could say the same. */
@Controller()
export class CartOrdersHandler {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly checkouts: CheckoutsService,
  ) {}

  @ConsumesBatches('cart-orders', [cartOrderChanged])
  handle(@Payload() batch: IncomingBatch<EventOf<typeof cartOrderChanged>>): Promise<BatchOutcome> {
    return this.unitOfWork.runBatch(batch, async (tx, events) => {
      const outcomes = events.map(({ data: { customerId, idempotencyKey, status } }) => ({
        customerId,
        idempotencyKey,
        outcome: status,
      }));
      await this.checkouts.settleAll(tx, outcomes);
      return [];
    });
  }
}
