import type { PagePosition } from './domain/list-cursor.js';
import type { ProductRecord } from './domain/product.js';

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

/** 0.45 finds a word of six letters with one wrong letter or two exchanged ones. The default of 0.6 misses most of them. */
export const WORD_SIMILARITY_MIN = 0.45;

/** Maximum of `-` in a search: PostgreSQL nests negations and fails at a depth of 32. */
const DASHES_MAX = 16;

/** `q` for {@link SEARCH_BY_WORDS}. Dashes above the maximum become spaces. */
export function toWebSearch(q: string): string {
  let dashes = 0;
  return q.toLowerCase().replaceAll('-', () => (++dashes > DASHES_MAX ? ' ' : '-'));
}

/** `$1` search text, `$2` category, `$3` and `$4` score and SKU of the previous page's last product, `$5` limit. */
export const searchParameters = ({ q, category, after, limit }: SearchPage): unknown[] => [
  q,
  category ?? null,
  after?.score ?? null,
  after?.sku ?? null,
  limit,
];

/** Integer scores survive the round trip through a cursor exactly; floating-point ones do not. */
const SCORE_SCALE = 1_000_000;

const pageByScore = (score: string, from: string, condition: string): string => `
  with hits as (
    select sku, version, name, description, category,
      jsonb_build_object('amount', price_amount, 'currency', price_currency) as price,
      created_at as "createdAt", updated_at as "updatedAt", (${SCORE_SCALE} * (${score}))::int as score
    from ${from}
    where (${condition}) and ($2::text is null or category = $2)
  )
  select * from hits
  where $3::int is null or score < $3 or (score = $3 and sku > $4)
  order by score desc, sku limit $5`;

/** SQL, because full-text search and a page ordered by a computed score have no query builder form. */
export const SEARCH_BY_WORDS = pageByScore(
  'ts_rank(search, words) + (lower(sku) ^@ $1)::int + (lower(sku) = $1)::int',
  `products, websearch_to_tsquery('english', $1) as words`,
  'search @@ words or lower(sku) ^@ $1',
);

/** SQL, because the trigram operators `%` and `<%`, which use the index, have no query builder form. */
export const SEARCH_BY_SIMILARITY = pageByScore(
  'greatest(similarity($1, name), word_similarity($1, name))',
  'products',
  'name % $1 or $1 <% name',
);

/** SQL, because a setting that lasts until the transaction ends is a function call. */
export const SET_SIMILARITY_THRESHOLD = `select set_config('pg_trgm.word_similarity_threshold', $1, true)`;
