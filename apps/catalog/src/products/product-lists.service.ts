import {
  accept,
  refuse,
  type CategoryList,
  type listProducts,
  type ProductFilter,
  type Reply,
  type ResponseOf,
} from '@doorbuster/contracts';
import { toPage } from '@doorbuster/persistence';
import { singleFlight } from '@doorbuster/service/process';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { decodeCursor, encodeCursor, type ListOrder, type PagePosition } from './domain/list-cursor.js';
import { toProduct } from './domain/product.js';
import type { ListPage } from './product-list.sql.js';
import { ProductListsRepository, type Search } from './product-lists.repository.js';
import type { ProductHit } from './search.sql.js';

/** Counting reads an entry of an index for each product, so all callers within this time share one count. */
const CATEGORIES_FRESH_MS = 1_000;

interface FoundPage {
  search: Search;
  order: ListOrder;
  isCorrected: boolean;
  hits: ProductHit[];
}

@Injectable()
export class ProductListsService {
  private readonly countCategories = singleFlight(
    () => this.lists.categories(this.dataSource.manager),
    CATEGORIES_FRESH_MS,
  );

  constructor(
    private readonly dataSource: DataSource,
    private readonly lists: ProductListsRepository,
  ) {}

  async categories(): Promise<Reply<CategoryList>> {
    return accept({ items: await this.countCategories() });
  }

  async list(filter: ProductFilter): Promise<Reply<ResponseOf<typeof listProducts>>> {
    const { limit, cursor } = filter;
    const after = cursor === undefined ? undefined : decodeCursor(filter, cursor);
    if (cursor !== undefined && !after) {
      return refuse('VALIDATION_FAILED', 'cursor: must be the nextCursor of a page of this very list.');
    }
    const page = await this.find(filter, after);
    const { items, nextCursor } = toPage(page.hits, limit, (last) =>
      encodeCursor(filter, positionOf(last, page)),
    );
    const facets = filter.facets
      ? await this.lists.facets(this.dataSource.manager, page.search, filter)
      : undefined;
    return accept({ items: items.map(toProduct), nextCursor, ...(facets && { facets }) });
  }

  /** A first page without a match by words searches by similarity. */
  private async find(filter: ProductFilter, after: PagePosition | undefined): Promise<FoundPage> {
    const { manager } = this.dataSource;
    const { q, sort } = filter;
    const byPrice = sort === 'price' || sort === '-price' ? sort : undefined;
    const pageOf = (order: ListOrder): ListPage => ({ ...filter, order, after, limit: filter.limit + 1 });
    if (q === undefined) {
      const order = byPrice ?? 'sku';
      const hits = await this.lists.page(manager, undefined, pageOf(order));
      return { search: undefined, order, isCorrected: false, hits };
    }
    if (after?.order !== 'similarity' && after?.isCorrected !== true) {
      const order = byPrice ?? 'relevance';
      const search = await this.lists.searchByWords(manager, q);
      const hits = await this.lists.page(manager, search, pageOf(order));
      if (hits.length > 0 || after) return { search, order, isCorrected: false, hits };
    }
    const order = byPrice ?? 'similarity';
    const search = await this.lists.searchBySimilarity(manager, q);
    const hits = search ? await this.lists.page(manager, search, pageOf(order)) : [];
    return { search, order, isCorrected: true, hits };
  }
}

function positionOf({ sku, score, price }: ProductHit, { order, isCorrected }: FoundPage): PagePosition {
  return order === 'price' || order === '-price'
    ? { order, score: price.amount, sku, currency: price.currency, isCorrected }
    : { order, score, sku };
}
