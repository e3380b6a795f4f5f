import {
  accept,
  refuse,
  type Actor,
  type ChangeProductBody,
  type CreateProductBody,
  type Product,
  type Reply,
} from '@doorbuster/contracts';
import { audited, Transactions, type Decided } from '@doorbuster/persistence';
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

  create(actor: Actor, body: CreateProductBody): Promise<Reply<Product>> {
    const action = { actor, action: 'create-product', target: body.sku, request: body };
    const create = async (tx: EntityManager): Promise<Decided<Product>> => {
      const product = await insertProduct(tx, body);
      if (!product) {
        return { result: refuse('SKU_EXISTS', `There is a product ${body.sku} already.`), events: [] };
      }
      return {
        result: accept(toProduct(product)),
        events: [productCreatedEvent(product, activeTraceparent())],
      };
    };
    return this.transactions.run(audited(action, create));
  }

  async change(actor: Actor, sku: string, changes: ChangeProductBody): Promise<Reply<Product>> {
    const reply = await this.transactions.run(
      audited({ actor, action: 'change-product', target: sku, request: changes }, (tx) =>
        changeLocked(tx, sku, changes),
      ),
    );
    // The event says so to every replica; whoever made the change must see it in the very next answer.
    await this.cache.invalidate([sku]);
    return reply;
  }
}

async function changeLocked(
  tx: EntityManager,
  sku: string,
  wanted: ChangeProductBody,
): Promise<Decided<Product>> {
  const product = await lockProduct(tx, sku);
  if (!product) return { result: notFound(sku), events: [] };
  const changes = effectiveChanges(product, wanted);
  const before = toProduct(product);
  if (!changes) return { result: accept(before), events: [], audit: { before } };
  const changed = await tx.save(Object.assign(product, changes));
  const events = [productChangedEvent(changed, activeTraceparent())];
  return { result: accept(toProduct(changed)), events, audit: { before } };
}

export const notFound = (sku: string): Reply<never> =>
  refuse('PRODUCT_NOT_FOUND', `There is no product ${sku}.`);
