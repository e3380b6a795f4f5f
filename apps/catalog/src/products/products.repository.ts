import type { CreateProductBody } from '@doorbuster/contracts';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { ProductEntity } from './product.entity.js';
import {
  SEARCH_BY_SIMILARITY,
  SEARCH_BY_WORDS,
  searchParameters,
  SET_SIMILARITY_THRESHOLD,
  toWebSearch,
  WORD_SIMILARITY_MIN,
  type ProductHit,
  type SearchPage,
} from './search.sql.js';

/** One page of products in SKU order, from the one after `after`. */
export interface ProductPageRequest {
  category: string | undefined;
  after: string | undefined;
  limit: number;
}

@Injectable()
export class ProductsRepository {
  find(tx: EntityManager, sku: string): Promise<ProductEntity | null> {
    return tx.findOneBy(ProductEntity, { sku });
  }

  /** Locks the row, so that concurrent changes get consecutive versions. */
  lock(tx: EntityManager, sku: string): Promise<ProductEntity | null> {
    return tx.findOne(ProductEntity, { where: { sku }, lock: { mode: 'pessimistic_write' } });
  }

  /** @returns `undefined` when the SKU exists */
  async insert(tx: EntityManager, body: CreateProductBody): Promise<ProductEntity | undefined> {
    const product = tx.create(ProductEntity, body);
    const insert = tx.createQueryBuilder().insert().into(ProductEntity).values(product).orIgnore();
    const { raw } = await insert.execute();
    return (raw as unknown[]).length > 0 ? product : undefined;
  }

  save(tx: EntityManager, product: ProductEntity): Promise<ProductEntity> {
    return tx.save(product);
  }

  /** Products in SKU order. */
  list(tx: EntityManager, { category, after, limit }: ProductPageRequest): Promise<ProductEntity[]> {
    const products = tx.createQueryBuilder(ProductEntity, 'product').orderBy('product.sku').limit(limit);
    if (category !== undefined) products.andWhere('product.category = :category', { category });
    if (after !== undefined) products.andWhere('product.sku > :after', { after });
    return products.getMany();
  }

  /** Products with the words of `q` (quotes, `or` and `-` as in a web search), or with a SKU that starts with `q`. */
  searchByWords(tx: EntityManager, page: SearchPage): Promise<ProductHit[]> {
    return tx.query(SEARCH_BY_WORDS, searchParameters({ ...page, q: toWebSearch(page.q) }));
  }

  /** Products with a name similar to `q`, or with a similar part: for typos and incomplete words. Needs a transaction. */
  async searchBySimilarity(tx: EntityManager, page: SearchPage): Promise<ProductHit[]> {
    await tx.query(SET_SIMILARITY_THRESHOLD, [WORD_SIMILARITY_MIN]);
    return tx.query(SEARCH_BY_SIMILARITY, searchParameters(page));
  }
}
