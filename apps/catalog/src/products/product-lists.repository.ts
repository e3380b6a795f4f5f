import type { CategoryList, Facets } from '@doorbuster/contracts';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { toPriceRange, type StepCount } from './domain/price-ranges.js';
import {
  anyInName,
  correctable,
  correctedQuery,
  typedPrefix,
  type SimilarTerm,
} from './domain/search-query.js';
import { parseSearch } from './domain/search-text.js';
import {
  categoryConditions,
  countByCategory,
  countByPrice,
  listPage,
  priceConditions,
  type ListPage,
  type ProductConditions,
} from './product-list.sql.js';
import {
  matchSimilar,
  matchWords,
  productsFound,
  searchPage,
  SIMILAR_TERMS,
  TERMS_BY_PREFIX,
  type ProductHit,
  type SearchMatch,
} from './search.sql.js';
import { SqlParameters } from './sql-parameters.js';

/** The shortest words that start as the typed one. */
const PREFIX_TERMS_MAX = 100;

/** Makes the search of each statement; `undefined` for all products. */
export type Search = (() => SearchMatch) | undefined;

@Injectable()
export class ProductListsRepository {
  /** Products with the words of a search, the last of which may be incomplete, or with a SKU that starts with it. */
  async searchByWords(tx: EntityManager, q: string): Promise<Search> {
    const { withPhrases, withCompounds, words } = parseSearch(q);
    const typed = typedPrefix(words);
    const terms: { term: string }[] = typed
      ? await tx.query(TERMS_BY_PREFIX, [typed.prefix, PREFIX_TERMS_MAX])
      : [];
    const query = {
      start: q.toLowerCase(),
      withPhrases,
      withCompounds,
      before: (terms.length > 0 ? typed?.before : undefined) ?? '',
      incomplete: anyInName(terms.map(({ term }) => term)),
    };
    return () => matchWords(query);
  }

  /**
   * Products with words that are similar to those of a search, in any order: for typos and incomplete words.
   * @returns `undefined` when the search has no words to correct
   */
  async searchBySimilarity(tx: EntityManager, q: string): Promise<Search> {
    const { words } = parseSearch(q);
    const candidates = correctable(words);
    if (candidates.length === 0) return undefined;
    const similar: SimilarTerm[] = await tx.query(SIMILAR_TERMS, [candidates]);
    const corrected = correctedQuery(words, similar);
    const asTyped = words.map((word) => `'${word}'`).join(' | ');
    return () => matchSimilar(corrected, asTyped);
  }

  page(tx: EntityManager, search: Search, page: ListPage): Promise<ProductHit[]> {
    const match = search?.();
    const parameters = match?.parameters ?? new SqlParameters();
    const statement = match ? searchPage(match, page) : listPage(parameters, page);
    return tx.query(statement, parameters.values);
  }

  async facets(tx: EntityManager, search: Search, conditions: ProductConditions): Promise<Facets> {
    const [categories, steps] = await Promise.all([
      this.counted<CategoryList['items'][number]>(tx, search, (from, parameters) =>
        countByCategory(from, priceConditions(parameters, conditions)),
      ),
      this.counted<StepCount>(tx, search, (from, parameters) =>
        countByPrice(from, categoryConditions(parameters, conditions), parameters),
      ),
    ]);
    return { categories, prices: steps.map(toPriceRange) };
  }

  categories(tx: EntityManager): Promise<CategoryList['items']> {
    return tx.query(countByCategory('products', []));
  }

  private counted<Row>(
    tx: EntityManager,
    search: Search,
    count: (from: string, parameters: SqlParameters) => string,
  ): Promise<Row[]> {
    const match = search?.();
    const parameters = match?.parameters ?? new SqlParameters();
    return tx.query(count(match ? productsFound(match) : 'products', parameters), parameters.values);
  }
}
