import { productChanged, productCreated, sku } from '@doorbuster/contracts';
import { ConsumesBatches, type BatchOutcome, type IncomingBatch } from '@doorbuster/messaging';
import { UnitOfWork } from '@doorbuster/persistence';
import { Controller } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { z } from 'zod';
import { addStockRows } from '../persistence/stock.repository.js';

/** All that inventory wants to know of a product; whatever else changes in it is none of its business. */
const productKey = z.object({ sku });

/** Gives every product of the catalog its stock row. Either event will do: one of them may be lost or late. */
@Controller()
export class ProductsHandler {
  constructor(private readonly unitOfWork: UnitOfWork) {}

  @ConsumesBatches('inventory-products', [productCreated, productChanged])
  handle(@Payload() batch: IncomingBatch): Promise<BatchOutcome> {
    return this.unitOfWork.runBatch(batch, async (tx, events) => {
      await addStockRows(
        tx,
        events.map(({ data }) => productKey.parse(data).sku),
      );
      return [];
    });
  }
}
