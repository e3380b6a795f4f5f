import { productChanged, productCreated, sku } from '@doorbuster/contracts';
import {
  ConsumesBatches,
  reading,
  type BatchOutcome,
  type EventOf,
  type IncomingBatch,
} from '@doorbuster/messaging';
import { UnitOfWork } from '@doorbuster/persistence';
import { Controller } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { z } from 'zod';
import { StockRepository } from './stock.repository.js';

/** Inventory reads only the SKU of a product, so it handles events whose other fields a newer release has changed. */
const productKey = z.object({ sku });
const CONTRACTS = [reading(productCreated, productKey), reading(productChanged, productKey)];

/** Adds a stock row for every product. Either event is enough, because one of them may be lost or late. */
@Controller()
export class ProductsHandler {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly stock: StockRepository,
  ) {}

  @ConsumesBatches('inventory-products', CONTRACTS)
  handle(@Payload() batch: IncomingBatch<EventOf<(typeof CONTRACTS)[number]>>): Promise<BatchOutcome> {
    return this.unitOfWork.runBatch(batch, async (tx, events) => {
      const skus = events.map(({ data }) => data.sku);
      await this.stock.addOrdinary(tx, skus);
      return [];
    });
  }
}
