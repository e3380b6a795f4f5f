import type { PagePosition } from './domain/list-cursor.js';
import type { ProductRecord } from './domain/product.js';
import { TWO_TYPOS_LENGTH_MIN } from './domain/search-query.js';

export interface SearchPage {
  q: string;
  category: string | undefined;
  /** The last product of the previous page. */
  after: PagePosition | undefined;
  limit: number;
}

/** A row of a search. */
export interface ProductHit extends ProductRecord {
  score: number;
}

/** `$1` category, `$2` and `$3` score and SKU of the previous page's last product, `$4` limit. */
export const pageParameters = ({ category, after, limit }: SearchPage): unknown[] => [
  category ?? null,
  after?.score ?? null,
  after?.sku ?? null,
  limit,
];

/** Integer scores survive the round trip through a cursor exactly; floating-point ones do not. */
const SCORE_SCALE = 1_000_000;

/** A score depends on the product and the search text only, so that a page stays where it is while other products change. */
const pageByScore = (score: string, queries: string, condition: string): string => `
  with hits as (
    select sku, (${SCORE_SCALE} * (${score}))::int as score
    from product_search, ${queries}
    where (${condition}) and ($1::text is null or category = $1)
  ), page as (
    select * from hits
    where $2::int is null or score < $2 or (score = $2 and sku > $3)
    order by score desc, sku limit $4
  )
  select sku, version, name, description, category,
    jsonb_build_object('amount', price_amount, 'currency', price_currency) as price,
    created_at as "createdAt", updated_at as "updatedAt", score
  from page join products using (sku)
  order by score desc, sku`;

const IN_NAME = `ts_filter(stems, '{a}')`;

/**
 * `$5` start of a SKU, `$6` and `$7` the words in two forms, `$8` words before an incomplete one, `$9` what that may become.
 * SQL, because full-text search and a page ordered by a computed score have no query builder form.
 */
export const SEARCH_BY_WORDS = pageByScore(
  `8 * (lower(sku) = $5)::int + 4 * (lower(sku) ^@ $5)::int + 2 * (stems @@ words)::int
    + (${IN_NAME} @@ incomplete)::int + ts_rank(stems, words)`,
  `cast(websearch_to_tsquery('english', $6) || websearch_to_tsquery('english', $7) as tsquery) as words,
   cast(websearch_to_tsquery('english', $8) && to_tsquery('english', $9) as tsquery) as incomplete`,
  'stems @@ words or stems @@ incomplete or lower(sku) ^@ $5',
);

/** `$5` the query with similar terms, `$6` a query for any of the words as they are. */
export const SEARCH_BY_SIMILARITY = pageByScore(
  `(${IN_NAME} @@ corrected)::int + ts_rank(stems, words)`,
  `to_tsquery('english', $5) as corrected, to_tsquery('english', $6) as words`,
  'stems @@ corrected',
);

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
