import { saleChanged } from '@doorbuster/contracts';
import { ConsumesBatches, type BatchOutcome, type IncomingBatch } from '@doorbuster/messaging';
import { UnitOfWork } from '@doorbuster/persistence';
import { Controller } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { salesRepository } from '../persistence/sales.repository.js';

/** A consumer of its own: however many prices are to be read, a sale opens at once. */
@Controller()
export class SalesHandler {
  constructor(private readonly unitOfWork: UnitOfWork) {}

  @ConsumesBatches('orders-sales', [saleChanged])
  handle(@Payload() batch: IncomingBatch): Promise<BatchOutcome> {
    return this.unitOfWork.runBatch(batch, async (tx, events) => {
      await salesRepository.upsert(
        tx,
        events.map(({ data }) => saleChanged.schema.parse(data)),
      );
      return [];
    });
  }
}
