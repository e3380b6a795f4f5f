import { productChanged, productCreated } from '@doorbuster/contracts';
import { ConsumesBatches, type BatchOutcome, type EventOf, type IncomingBatch } from '@doorbuster/messaging';
import { UnitOfWork, upsertNewestVersions } from '@doorbuster/persistence';
import { Controller } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { PriceEntity } from './price.entity.js';

type ProductEvent = EventOf<typeof productCreated | typeof productChanged>;

@Controller()
export class PricesHandler {
  constructor(private readonly unitOfWork: UnitOfWork) {}

  @ConsumesBatches('orders-prices', [productCreated, productChanged])
  handle(@Payload() batch: IncomingBatch<ProductEvent>): Promise<BatchOutcome> {
    return this.unitOfWork.runBatch(batch, async (tx, events) => {
      // Both events carry the product as it is now.
      const prices = events.map(({ data: { sku, version, price } }) => ({
        sku,
        version,
        amount: price.amount,
        currency: price.currency,
      }));
      await upsertNewestVersions(tx, PriceEntity, prices);
      return [];
    });
  }
}
