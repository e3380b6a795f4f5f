import {
  accept,
  refuse,
  type ChangeProductBody,
  type CreateProductBody,
  type Product,
  type Reply,
} from '@doorbuster/contracts';
import { Transactions } from '@doorbuster/persistence';
import { activeTraceparent } from '@doorbuster/telemetry';
import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { ProductCache } from '../cache/product-cache.js';
import { effectiveChanges, toProduct } from '../domain/product-record.js';
import { productChangedEvent, productCreatedEvent } from '../messaging/product-events.js';
import { insertProduct, lockProduct } from '../persistence/products.repository.js';

/** Every change commits together with the event that states it. */
@Injectable()
export class ProductChanges {
  constructor(
    @Inject(Transactions) private readonly transactions: Transactions,
    @Inject(ProductCache) private readonly cache: ProductCache,
  ) {}

  create(body: CreateProductBody): Promise<Reply<Product>> {
    return this.transactions.run(async (tx) => {
      const product = await insertProduct(tx, body);
      if (!product) {
        return { result: refuse('SKU_EXISTS', `There is a product ${body.sku} already.`), events: [] };
      }
      return {
        result: accept(toProduct(product)),
        events: [productCreatedEvent(product, activeTraceparent())],
      };
    });
  }

  async change(sku: string, changes: ChangeProductBody): Promise<Reply<Product>> {
    const reply = await this.transactions.run((tx) => changeLocked(tx, sku, changes));
    // The event says so to every replica; whoever made the change must see it in the very next answer.
    await this.cache.invalidate([sku]);
    return reply;
  }
}

async function changeLocked(tx: EntityManager, sku: string, wanted: ChangeProductBody) {
  const product = await lockProduct(tx, sku);
  if (!product) return { result: notFound(sku), events: [] };
  const changes = effectiveChanges(product, wanted);
  if (!changes) return { result: accept(toProduct(product)), events: [] };
  const changed = await tx.save(Object.assign(product, changes));
  return { result: accept(toProduct(changed)), events: [productChangedEvent(changed, activeTraceparent())] };
}

export const notFound = (sku: string): Reply<never> =>
  refuse('PRODUCT_NOT_FOUND', `There is no product ${sku}.`);
