import type { DataSource, EntityManager } from 'typeorm';
import type { PagePosition } from './domain/list-cursor.js';
import type { ProductRecord } from './domain/product.js';

export interface PageOfProducts {
  category: string | undefined;
  /** The last product of the page before. */
  after: PagePosition | undefined;
  limit: number;
}

export interface SearchPage extends PageOfProducts {
  q: string;
}

export interface Hit extends ProductRecord {
  score: number;
}

const COLUMNS = `sku, version, name, description, category,
  jsonb_build_object('amount', price_amount, 'currency', price_currency) as price,
  created_at as "createdAt", updated_at as "updatedAt"`;

/** Scores are integers, so that a cursor gives back exactly what it was given. */
const SCORE_SCALE = 1_000_000;

/** One wrong letter in a word of six, or two exchanged, are still similar; PostgreSQL's own 0.6 misses most of them. */
const WORD_SIMILARITY_MIN = 0.45;

/** PostgreSQL nests consecutive negations, and fails at a depth of 32. */
const DASHES_MAX = 16;

/** A search text for `websearch_to_tsquery`. Dashes beyond the allowed number become spaces. */
function searchable(q: string): string {
  let dashes = 0;
  return q.toLowerCase().replaceAll('-', () => (++dashes > DASHES_MAX ? ' ' : '-'));
}

export function listBySku(
  manager: EntityManager,
  { category, after, limit }: PageOfProducts,
): Promise<Hit[]> {
  return manager.query(
    `select ${COLUMNS}, 0 as score from products
     where ($1::text is null or category = $1) and ($2::text is null or sku > $2)
     order by sku limit $3`,
    [category ?? null, after?.sku ?? null, limit],
  );
}

/** Products with the words of `q` (quotes, `or` and `-` as in any web search), or with a SKU that begins with it. */
export function searchByWords(manager: EntityManager, page: SearchPage): Promise<Hit[]> {
  const score = `ts_rank(search, words) + (lower(sku) ^@ $1)::int + (lower(sku) = $1)::int`;
  return manager.query(
    pageOf(
      score,
      `products, websearch_to_tsquery('english', $1) as words`,
      'search @@ words or lower(sku) ^@ $1',
    ),
    parameters({ ...page, q: searchable(page.q) }),
  );
}

/** Products with a name that looks like `q`, or has a part that does: for typos, and for words not yet typed out. */
export function searchBySimilarity(dataSource: DataSource, page: SearchPage): Promise<Hit[]> {
  return dataSource.transaction(async (tx) => {
    await tx.query(`select set_config('pg_trgm.word_similarity_threshold', $1, true)`, [WORD_SIMILARITY_MIN]);
    const score = 'greatest(similarity($1, name), word_similarity($1, name))';
    return await tx.query(pageOf(score, 'products', 'name % $1 or $1 <% name'), parameters(page));
  });
}

/** `$1` is what is searched for. */
const pageOf = (score: string, from: string, condition: string): string => `
  with hits as (
    select ${COLUMNS}, (${SCORE_SCALE} * (${score}))::int as score
    from ${from}
    where (${condition}) and ($2::text is null or category = $2)
  )
  select * from hits
  where $3::int is null or score < $3 or (score = $3 and sku > $4)
  order by score desc, sku limit $5`;

const parameters = ({ q, category, after, limit }: SearchPage): unknown[] => [
  q,
  category ?? null,
  after?.score ?? null,
  after?.sku ?? null,
  limit,
];
