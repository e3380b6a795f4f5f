import type { CreateProductBody } from '@doorbuster/contracts';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import {
  anyInName,
  correctable,
  correctedQuery,
  typedPrefix,
  type SimilarTerm,
} from './domain/search-query.js';
import { parseSearch } from './domain/search-text.js';
import { ProductEntity } from './product.entity.js';
import {
  pageParameters,
  SEARCH_BY_SIMILARITY,
  SEARCH_BY_WORDS,
  SIMILAR_TERMS,
  TERMS_BY_PREFIX,
  type ProductHit,
  type SearchPage,
} from './search.sql.js';

/** The shortest words that start as the typed one. */
const PREFIX_TERMS_MAX = 100;

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

  /** Products with the words of a search, the last of which may be incomplete, or with a SKU that starts with it. */
  async searchByWords(tx: EntityManager, page: SearchPage): Promise<ProductHit[]> {
    const { withPhrases, withCompounds, words } = parseSearch(page.q);
    const typed = typedPrefix(words);
    const terms: { term: string }[] = typed
      ? await tx.query(TERMS_BY_PREFIX, [typed.prefix, PREFIX_TERMS_MAX])
      : [];
    const incomplete = anyInName(terms.map(({ term }) => term));
    const before = terms.length > 0 ? typed?.before : '';
    const start = page.q.toLowerCase();
    return tx.query(SEARCH_BY_WORDS, [
      ...pageParameters(page),
      start,
      withPhrases,
      withCompounds,
      before,
      incomplete,
    ]);
  }

  /** Products with words that are similar to those of a search, in any order: for typos and incomplete words. */
  async searchBySimilarity(tx: EntityManager, page: SearchPage): Promise<ProductHit[]> {
    const { words } = parseSearch(page.q);
    const candidates = correctable(words);
    if (candidates.length === 0) return [];
    const similar: SimilarTerm[] = await tx.query(SIMILAR_TERMS, [candidates]);
    const asTyped = words.map((word) => `'${word}'`).join(' | ');
    return tx.query(SEARCH_BY_SIMILARITY, [...pageParameters(page), correctedQuery(words, similar), asTyped]);
  }
}
