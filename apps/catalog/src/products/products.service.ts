import {
  accept,
  refuse,
  type changeProduct,
  type createProduct,
  type VersionedProduct,
  type Reply,
  type RequestOf,
} from '@doorbuster/contracts';
import { audited, UnitOfWork, type Decided } from '@doorbuster/persistence';
import { activeTraceparent } from '@doorbuster/telemetry';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { preconditionRefusal } from '../precondition.js';
import { ProductCache } from './cache/product-cache.js';
import { effectiveChanges, toProduct } from './domain/product.js';
import { productChangedEvent, productCreatedEvent } from './product.events.js';
import { ProductsRepository } from './products.repository.js';

type CreateRequest = RequestOf<typeof createProduct>;
type ChangeRequest = RequestOf<typeof changeProduct>;

/** Each change commits in one transaction with its event and its audit entry. */
@Injectable()
export class ProductsService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly unitOfWork: UnitOfWork,
    private readonly products: ProductsRepository,
    private readonly cache: ProductCache,
  ) {}

  create({ actor, commitBy, ...body }: CreateRequest): Promise<Reply<VersionedProduct>> {
    const action = { actor, action: 'create-product', target: body.sku, request: body };
    const create = async (tx: EntityManager): Promise<Decided<VersionedProduct>> => {
      const product = await this.products.insert(tx, body);
      if (!product) {
        return { result: refuse('SKU_EXISTS', `There is a product ${body.sku} already.`), events: [] };
      }
      const events = [productCreatedEvent(product, activeTraceparent())];
      return { result: accept(toProduct(product)), events };
    };
    return this.unitOfWork.run(audited(action, create), { commitBy });
  }

  async change(request: ChangeRequest): Promise<Reply<VersionedProduct>> {
    const { actor, sku, changes, commitBy } = request;
    const action = { actor, action: 'change-product', target: sku, request: changes };
    const change = (tx: EntityManager): Promise<Decided<VersionedProduct>> => this.changeLocked(tx, request);
    const reply = await this.unitOfWork.run(audited(action, change), { commitBy });
    // The event drops the entry too, at every replica, a moment later (ProductCacheInvalidator). Dropping it here as well
    // lets the caller's next read at this replica see the change.
    await this.cache.invalidate([sku]);
    return reply;
  }

  async get(sku: string): Promise<Reply<VersionedProduct>> {
    const product = await this.cache.read(sku, async () => {
      const record = await this.products.find(this.dataSource.manager, sku);
      return record ? toProduct(record) : undefined;
    });
    return product ? accept(product) : notFound(sku);
  }

  private async changeLocked(
    tx: EntityManager,
    { sku, changes: requested, ifVersions }: ChangeRequest,
  ): Promise<Decided<VersionedProduct>> {
    const product = await this.products.lock(tx, sku);
    if (!product) return { result: notFound(sku), events: [] };
    const refusal = preconditionRefusal(sku, product.version, ifVersions);
    if (refusal) return { result: refusal, events: [] };
    const changes = effectiveChanges(product, requested);
    const before = toProduct(product);
    if (!changes) return { result: accept(before), events: [], audit: { before } };
    const changed = await this.products.save(tx, Object.assign(product, changes));
    const events = [productChangedEvent(changed, activeTraceparent())];
    return { result: accept(toProduct(changed)), events, audit: { before } };
  }
}

const notFound = (sku: string): Reply<never> => refuse('PRODUCT_NOT_FOUND', `There is no product ${sku}.`);
