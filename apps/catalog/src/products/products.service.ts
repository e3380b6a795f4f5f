import {
  accept,
  refuse,
  type changeProduct,
  type createProduct,
  type Page,
  type Product,
  type ProductFilter,
  type Reply,
  type RequestOf,
} from '@doorbuster/contracts';
import { audited, toPage, UnitOfWork, type Decided } from '@doorbuster/persistence';
import { activeTraceparent } from '@doorbuster/telemetry';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { preconditionRefusal } from '../precondition.js';
import { ProductCache } from './cache/product-cache.js';
import { decodeCursor, encodeCursor, type PagePosition } from './domain/list-cursor.js';
import { effectiveChanges, toProduct, type ProductRecord } from './domain/product.js';
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

  create({ actor, commitBy, ...body }: CreateRequest): Promise<Reply<Product>> {
    const action = { actor, action: 'create-product', target: body.sku, request: body };
    const create = async (tx: EntityManager): Promise<Decided<Product>> => {
      const product = await this.products.insert(tx, body);
      if (!product) {
        return { result: refuse('SKU_EXISTS', `There is a product ${body.sku} already.`), events: [] };
      }
      const events = [productCreatedEvent(product, activeTraceparent())];
      return { result: accept(toProduct(product)), events };
    };
    return this.unitOfWork.run(audited(action, create), { commitBy });
  }

  async change(request: ChangeRequest): Promise<Reply<Product>> {
    const { actor, sku, changes, commitBy } = request;
    const action = { actor, action: 'change-product', target: sku, request: changes };
    const change = (tx: EntityManager): Promise<Decided<Product>> => this.changeLocked(tx, request);
    const reply = await this.unitOfWork.run(audited(action, change), { commitBy });
    // The event drops the entry too, at every replica, a moment later (ProductCacheInvalidator). Dropping it here as well
    // lets the caller's next read at this replica see the change.
    await this.cache.invalidate([sku]);
    return reply;
  }

  async get(sku: string): Promise<Reply<Product>> {
    const product = await this.cache.read(sku, async () => {
      const record = await this.products.find(this.dataSource.manager, sku);
      return record ? toProduct(record) : undefined;
    });
    return product ? accept(product) : notFound(sku);
  }

  async list(filter: ProductFilter): Promise<Reply<Page<Product>>> {
    const { q, category, limit, cursor } = filter;
    const after = cursor === undefined ? undefined : decodeCursor(filter, cursor);
    if (cursor !== undefined && !after) {
      return refuse('VALIDATION_FAILED', 'cursor: must be the nextCursor of a page of this very list.');
    }
    const request = { category, after, limit: limit + 1 };
    const page = q === undefined ? await this.pageBySku(request) : await this.searchPage({ ...request, q });
    const { items, nextCursor } = toPage(page.hits, limit, ({ sku, score = 0 }) =>
      encodeCursor(filter, { order: page.order, score, sku }),
    );
    return accept({ items: items.map(toProduct), nextCursor });
  }

  private async changeLocked(
    tx: EntityManager,
    { sku, changes: requested, ifVersions }: ChangeRequest,
  ): Promise<Decided<Product>> {
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

  private async pageBySku({ category, after, limit }: PageQuery): Promise<ProductPage> {
    const { manager } = this.dataSource;
    const hits = await this.products.list(manager, { category, after: after?.sku, limit });
    return { order: 'sku', hits };
  }

  /** A first page without a match by words searches by similarity. */
  private async searchPage(query: PageQuery & { q: string }): Promise<ProductPage> {
    if (query.after?.order !== 'similarity') {
      const hits = await this.products.searchByWords(this.dataSource.manager, query);
      if (hits.length > 0 || query.after) return { order: 'relevance', hits };
    }
    const hits = await this.products.searchBySimilarity(this.dataSource.manager, query);
    return { order: 'similarity', hits };
  }
}

interface PageQuery {
  category: string | undefined;
  after: PagePosition | undefined;
  /** One more than the page, to see whether there is a next one. */
  limit: number;
}

interface ProductPage {
  order: PagePosition['order'];
  hits: (ProductRecord & { score?: number })[];
}

const notFound = (sku: string): Reply<never> => refuse('PRODUCT_NOT_FOUND', `There is no product ${sku}.`);
