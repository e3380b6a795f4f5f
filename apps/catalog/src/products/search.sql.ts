import type { ProductRecord } from './domain/product.js';
import { TWO_TYPOS_LENGTH_MIN } from './domain/search-query.js';
import {
  allOf,
  categoryConditions,
  pageByPrice,
  priceConditions,
  PRODUCT_COLUMNS,
  type ListPage,
} from './product-list.sql.js';
import { SqlParameters } from './sql-parameters.js';

/** A row of a search. */
export interface ProductHit extends ProductRecord {
  score: number;
}

/** How a search finds rows of `product_search`, as parts of a statement. */
export interface SearchMatch {
  parameters: SqlParameters;
  queries: string;
  condition: string;
  /** Depends on the product and the search text only, so that a page stays where it is while other products change. */
  score: string;
}

/** Integer scores survive the round trip through a cursor exactly; floating-point ones do not. */
const SCORE_SCALE = 1_000_000;

const IN_NAME = `ts_filter(stems, '{a}')`;

export interface WordsQuery {
  /** Start of a SKU. */
  start: string;
  /** The words in two forms. */
  withPhrases: string;
  withCompounds: string;
  /** The words before an incomplete one, and what that may become. */
  before: string;
  incomplete: string;
}

/** SQL, because full-text search and a page ordered by a computed score have no query builder form. */
export function matchWords(query: WordsQuery): SearchMatch {
  const parameters = new SqlParameters();
  const start = parameters.add(query.start);
  const [phrases, compounds] = [parameters.add(query.withPhrases), parameters.add(query.withCompounds)];
  const [before, incomplete] = [parameters.add(query.before), parameters.add(query.incomplete)];
  return {
    parameters,
    queries: `cast(websearch_to_tsquery('english', ${phrases}) || websearch_to_tsquery('english', ${compounds}) as tsquery) as words,
      cast(websearch_to_tsquery('english', ${before}) && to_tsquery('english', ${incomplete}) as tsquery) as incomplete`,
    condition: `stems @@ words or stems @@ incomplete or lower(product_search.sku) ^@ ${start}`,
    score: `8 * (lower(product_search.sku) = ${start})::int + 4 * (lower(product_search.sku) ^@ ${start})::int
      + 2 * (stems @@ words)::int + (${IN_NAME} @@ incomplete)::int + ts_rank(stems, words)`,
  };
}

/** @param corrected the query with similar terms  @param asTyped a query for any of the words as they are */
export function matchSimilar(corrected: string, asTyped: string): SearchMatch {
  const parameters = new SqlParameters();
  return {
    parameters,
    queries: `to_tsquery('english', ${parameters.add(corrected)}) as corrected,
      to_tsquery('english', ${parameters.add(asTyped)}) as words`,
    condition: 'stems @@ corrected',
    score: `(${IN_NAME} @@ corrected)::int + ts_rank(stems, words)`,
  };
}

/** The products of a search, for the `from` of a statement. */
export const productsFound = ({ queries, condition }: SearchMatch): string =>
  `(select product_search.sku from product_search, ${queries} where ${condition}) as found join products using (sku)`;

/** The statement of one page of a search. It adds its parameters to those of the match. */
export function searchPage(match: SearchMatch, page: ListPage): string {
  const { order, after, limit } = page;
  const { parameters } = match;
  if (order === 'price' || order === '-price') {
    const conditions = [...categoryConditions(parameters, page), ...priceConditions(parameters, page)];
    return `select ${PRODUCT_COLUMNS}, 0 as score from ${productsFound(match)}
      ${pageByPrice(parameters, order, { after, conditions, limit })}`;
  }
  return pageByScore(match, page);
}

function pageByScore({ parameters, queries, condition, score }: SearchMatch, page: ListPage): string {
  const { category, after, limit } = page;
  const prices = priceConditions(parameters, page);
  const conditions = [
    `(${condition})`,
    ...(category === undefined ? [] : [`product_search.category = ${parameters.add(category)}`]),
    ...prices,
  ];
  const beyond = after && [parameters.add(after.score), parameters.add(after.sku)];
  return `
    with hits as (
      select product_search.sku, (${SCORE_SCALE} * (${score}))::int as score
      from product_search ${prices.length > 0 ? 'join products using (sku)' : ''}, ${queries}
      where ${allOf(conditions)}
    ), page as (
      select * from hits
      ${beyond ? `where score < ${beyond[0]}::int or (score = ${beyond[0]} and sku > ${beyond[1]})` : ''}
      order by score desc, sku limit ${parameters.add(limit)}
    )
    select ${PRODUCT_COLUMNS}, score from page join products using (sku) order by score desc, products.sku`;
}

/** `$1` the start, `$2` the maximum. */
export const TERMS_BY_PREFIX =
  'select term from search_terms where term ^@ $1 order by length(term), term limit $2';

/**
 * `$1` words. Candidates, of which `domain/search-query.ts` keeps those at a small edit distance. Symmetric delete finds every
 * term at distance 1. For distance 2 the trigram index finds the terms that have a third of their trigrams in common.
 */
export const SIMILAR_TERMS = `
  select word, term
  from unnest($1::text[]) as word, lateral (
    select term from search_terms where deletions && search_deletions(word)
    union
    (select term from search_terms where length(word) >= 3 and term ^@ word order by length(term), term limit 50)
    union
    (select term from search_terms
     where length(word) >= ${TWO_TYPOS_LENGTH_MIN} and word !~ '[0-9]' and term % word
     order by similarity(term, word) desc, term limit 20)
  ) as found
  where length(word) <= 32 and to_tsvector('english', word) <> ''
  order by word, term`;
