import { money, productChanged, productCreated, sku } from '@doorbuster/contracts';
import {
  ConsumesBatches,
  reading,
  type BatchOutcome,
  type EventOf,
  type IncomingBatch,
} from '@doorbuster/messaging';
import { UnitOfWork, upsertNewestVersions } from '@doorbuster/persistence';
import { Controller } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { z } from 'zod';
import { CartProductEntity } from './product.entity.js';

/** The fields that a cart shows, so that events whose other fields a newer release has changed are handled too. */
const offer = z.object({ sku, version: z.int().min(1), name: z.string(), price: money });
const CONTRACTS = [reading(productCreated, offer), reading(productChanged, offer)];

@Controller()
export class CartProductsHandler {
  constructor(private readonly unitOfWork: UnitOfWork) {}

  @ConsumesBatches('cart-products', CONTRACTS)
  handle(@Payload() batch: IncomingBatch<EventOf<(typeof CONTRACTS)[number]>>): Promise<BatchOutcome> {
    return this.unitOfWork.runBatch(batch, async (tx, events) => {
      // Both events carry the product as it is now.
      const products = events.map(({ data: { price, ...product } }) => ({ ...product, ...price }));
      await upsertNewestVersions(tx, CartProductEntity, products);
      return [];
    });
  }
}
