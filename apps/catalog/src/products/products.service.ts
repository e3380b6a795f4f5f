import {
  accept,
  refuse,
  type Actor,
  type changeProduct,
  type CreateProductBody,
  type Product,
  type Reply,
  type RequestOf,
} from '@doorbuster/contracts';
import { audited, UnitOfWork, type Decided } from '@doorbuster/persistence';
import { activeTraceparent } from '@doorbuster/telemetry';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { ProductCache } from './cache/product-cache.js';
import { effectiveChanges, toProduct } from './domain/product.js';
import { productChangedEvent, productCreatedEvent } from './product.events.js';
import { insertProduct, lockProduct } from './products.repository.js';

type ChangeRequest = RequestOf<typeof changeProduct>;

/** Every change commits together with the event that states it. */
@Injectable()
export class ProductsService {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly cache: ProductCache,
  ) {}

  create(actor: Actor, body: CreateProductBody, commitBy: number): Promise<Reply<Product>> {
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
    return this.unitOfWork.run(audited(action, create), { commitBy });
  }

  async change(request: ChangeRequest): Promise<Reply<Product>> {
    const { actor, sku, changes, commitBy } = request;
    const action = { actor, action: 'change-product', target: sku, request: changes };
    const change = (tx: EntityManager) => changeLocked(tx, request);
    const reply = await this.unitOfWork.run(audited(action, change), { commitBy });
    // The event says so to every replica; whoever made the change must see it in the very next answer.
    await this.cache.invalidate([sku]);
    return reply;
  }
}

/** The version is compared under the lock that the change is made under. */
async function changeLocked(
  tx: EntityManager,
  { sku, changes: wanted, ifVersions }: ChangeRequest,
): Promise<Decided<Product>> {
  const product = await lockProduct(tx, sku);
  if (!product) return { result: notFound(sku), events: [] };
  if (ifVersions && !ifVersions.includes(product.version)) return { result: changedSince(sku), events: [] };
  const changes = effectiveChanges(product, wanted);
  const before = toProduct(product);
  if (!changes) return { result: accept(before), events: [], audit: { before } };
  const changed = await tx.save(Object.assign(product, changes));
  const events = [productChangedEvent(changed, activeTraceparent())];
  return { result: accept(toProduct(changed)), events, audit: { before } };
}

export const notFound = (sku: string): Reply<never> =>
  refuse('PRODUCT_NOT_FOUND', `There is no product ${sku}.`);

/** Of `what`, a SKU or a sale. */
export const changedSince = (what: string): Reply<never> =>
  refuse(
    'PRECONDITION_FAILED',
    `${what} was changed since the version in If-Match. Read it, then change it again.`,
  );
