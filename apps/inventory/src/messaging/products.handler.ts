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
import { addStockRows } from '../persistence/stock.repository.js';

/** Inventory reads only the SKU of a product: events whose other fields are of a newer release are handled, too. */
const productKey = z.object({ sku });
const CONTRACTS = [reading(productCreated, productKey), reading(productChanged, productKey)];

/** Gives every product of the catalog its stock row. Either event will do: one of them may be lost or late. */
@Controller()
export class ProductsHandler {
  constructor(private readonly unitOfWork: UnitOfWork) {}

  @ConsumesBatches('inventory-products', CONTRACTS)
  handle(@Payload() batch: IncomingBatch<EventOf<(typeof CONTRACTS)[number]>>): Promise<BatchOutcome> {
    return this.unitOfWork.runBatch(batch, async (tx, events) => {
      await addStockRows(
        tx,
        events.map(({ data }) => data.sku),
      );
      return [];
    });
  }
}
