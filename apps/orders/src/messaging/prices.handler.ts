import { productChanged, productCreated } from '@doorbuster/contracts';
import { ConsumesBatches, type BatchOutcome, type IncomingBatch } from '@doorbuster/messaging';
import { UnitOfWork } from '@doorbuster/persistence';
import { Controller } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { pricesRepository } from '../persistence/prices.repository.js';

@Controller()
export class PricesHandler {
  constructor(private readonly unitOfWork: UnitOfWork) {}

  @ConsumesBatches('orders-prices', [productCreated, productChanged])
  handle(@Payload() batch: IncomingBatch): Promise<BatchOutcome> {
    return this.unitOfWork.runBatch(batch, async (tx, events) => {
      // Both events carry the same: the product as it is now.
      await pricesRepository.upsert(
        tx,
        events.map(({ data }) => productChanged.schema.parse(data)),
      );
      return [];
    });
  }
}
