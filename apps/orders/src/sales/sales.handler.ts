import { saleChanged } from '@doorbuster/contracts';
import { ConsumesBatches, type BatchOutcome, type EventOf, type IncomingBatch } from '@doorbuster/messaging';
import { pluck, UnitOfWork } from '@doorbuster/persistence';
import { Controller } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { SaleTermsRepository } from './sale-terms.repository.js';

/** Has a consumer of its own, so that a backlog of prices does not delay the start of a sale. */
@Controller()
export class SalesHandler {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly sales: SaleTermsRepository,
  ) {}

  @ConsumesBatches('orders-sales', [saleChanged])
  handle(@Payload() batch: IncomingBatch<EventOf<typeof saleChanged>>): Promise<BatchOutcome> {
    return this.unitOfWork.runBatch(batch, async (tx, events) => {
      await this.sales.upsert(tx, pluck(events, 'data'));
      return [];
    });
  }
}
