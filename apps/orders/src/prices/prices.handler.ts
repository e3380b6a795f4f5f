import { productChanged, productCreated } from '@doorbuster/contracts';
import { ConsumesBatches, type BatchOutcome, type IncomingBatch } from '@doorbuster/messaging';
import { UnitOfWork, upsertNewestVersions } from '@doorbuster/persistence';
import { Controller } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { PriceEntity } from './price.entity.js';

@Controller()
export class PricesHandler {
  constructor(private readonly unitOfWork: UnitOfWork) {}

  @ConsumesBatches('orders-prices', [productCreated, productChanged])
  handle(@Payload() batch: IncomingBatch): Promise<BatchOutcome> {
    return this.unitOfWork.runBatch(batch, async (tx, events) => {
      const prices = events.map(({ data }) => {
        // Both events carry the product as it is now.
        const { sku, version, price } = productChanged.schema.parse(data);
        return { sku, version, amount: price.amount, currency: price.currency };
      });
      await upsertNewestVersions(tx, PriceEntity, prices);
      return [];
    });
  }
}
