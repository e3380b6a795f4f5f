import {
  accept,
  refuse,
  type Page,
  type Product,
  type ProductFilter,
  type Reply,
} from '@doorbuster/contracts';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import {
  decodeCursor,
  encodeCursor,
  type ListOrder,
  type ListQuery,
  type PagePosition,
} from './domain/list-cursor.js';
import { toProduct } from './domain/product.js';
import { listBySku, searchBySimilarity, searchByWords, type Hit } from './search.sql.js';

interface Hits {
  order: ListOrder;
  /** One more than asked for where there is a next page. */
  hits: Hit[];
}

@Injectable()
export class ProductList {
  constructor(private readonly dataSource: DataSource) {}

  async page({ q, category, limit, cursor }: ProductFilter): Promise<Reply<Page<Product>>> {
    const query = { q, category };
    const after = cursor === undefined ? undefined : decodeCursor(query, cursor);
    if (cursor !== undefined && !after) {
      return refuse('VALIDATION_FAILED', 'cursor: must be the nextCursor of a page of this very list.');
    }
    const { order, hits } = await this.find(query, after, limit + 1);
    const items = hits.slice(0, limit);
    const last = items.at(-1);
    const nextCursor =
      last && hits.length > limit ? encodeCursor(query, { order, score: last.score, sku: last.sku }) : null;
    return accept({ items: items.map(toProduct), nextCursor });
  }

  private async find(
    { q, category }: ListQuery,
    after: PagePosition | undefined,
    limit: number,
  ): Promise<Hits> {
    const { manager } = this.dataSource;
    if (q === undefined) {
      return { order: 'sku', hits: await listBySku(manager, { category, after, limit }) };
    }
    const page = { q, category, after, limit };
    if (after?.order !== 'similarity') {
      const hits = await searchByWords(manager, page);
      if (hits.length > 0 || after) return { order: 'relevance', hits };
    }
    return { order: 'similarity', hits: await searchBySimilarity(this.dataSource, page) };
  }
}
