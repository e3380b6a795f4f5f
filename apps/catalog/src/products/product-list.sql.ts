import type { ListOrder, PagePosition } from './domain/list-cursor.js';
import { PRICE_STEPS } from './domain/price-ranges.js';
import type { SqlParameters } from './sql-parameters.js';

/** Which products a list has, besides those of a search. Amounts are in minor units of `currency`. */
export interface ProductConditions {
  category?: string | undefined;
  currency?: string | undefined;
  minPrice?: number | undefined;
  maxPrice?: number | undefined;
}

export const PRODUCT_COLUMNS = `products.sku, version, name, description, products.category,
  jsonb_build_object('amount', price_amount, 'currency', price_currency) as price,
  images, created_at as "createdAt", updated_at as "updatedAt"`;

export const allOf = (conditions: readonly string[]): string =>
  conditions.length > 0 ? conditions.join(' and ') : 'true';

export const categoryConditions = (parameters: SqlParameters, { category }: ProductConditions): string[] =>
  category === undefined ? [] : [`products.category = ${parameters.add(category)}`];

export const priceConditions = (
  parameters: SqlParameters,
  { currency, minPrice, maxPrice }: ProductConditions,
): string[] => [
  ...(currency === undefined ? [] : [`price_currency = ${parameters.add(currency)}`]),
  ...(minPrice === undefined ? [] : [`price_amount >= ${parameters.add(minPrice)}`]),
  ...(maxPrice === undefined ? [] : [`price_amount <= ${parameters.add(maxPrice)}`]),
];

/** One page of a list. */
export interface ListPage extends ProductConditions {
  order: ListOrder;
  /** The last product of the previous page. */
  after: PagePosition | undefined;
  limit: number;
}

/** The statement of one page of all products, in order of SKU or price. */
export function listPage(parameters: SqlParameters, page: ListPage): string {
  const { order, after, limit } = page;
  const conditions = [...categoryConditions(parameters, page), ...priceConditions(parameters, page)];
  if (order === 'price' || order === '-price') {
    return `select ${PRODUCT_COLUMNS}, 0 as score from products
      ${pageByPrice(parameters, order, { after, conditions, limit })}`;
  }
  const all = after ? [...conditions, `sku > ${parameters.add(after.sku)}`] : conditions;
  return `select ${PRODUCT_COLUMNS}, 0 as score from products
    where ${allOf(all)} order by sku limit ${parameters.add(limit)}`;
}

/** The end of a statement that gives one page in order of price. `-price` reads the same index backwards. */
export function pageByPrice(
  parameters: SqlParameters,
  order: 'price' | '-price',
  { after, conditions, limit }: { after: PagePosition | undefined; conditions: string[]; limit: number },
): string {
  const [direction, beyond] = order === 'price' ? ['asc', '>'] : ['desc', '<'];
  const position = after && [after.currency, after.score, after.sku].map((key) => parameters.add(key));
  const all = position
    ? [...conditions, `(price_currency, price_amount, products.sku) ${beyond} (${position.join(', ')})`]
    : conditions;
  return `where ${allOf(all)}
    order by price_currency ${direction}, price_amount ${direction}, products.sku ${direction}
    limit ${parameters.add(limit)}`;
}

const CATEGORIES_MAX = 1_000;

/** How many products of `from` are in each category. */
export const countByCategory = (from: string, conditions: readonly string[]): string => `
  select products.category as name, count(*)::int as products
  from ${from} where ${allOf(conditions)}
  group by products.category order by products.category collate "C" limit ${CATEGORIES_MAX}`;

/** How many products of `from` are in each price range: `step` is the number of bounds that are not above the price. */
export const countByPrice = (
  from: string,
  conditions: readonly string[],
  parameters: SqlParameters,
): string => `
  select price_currency as currency, width_bucket(price_amount, ${parameters.add(PRICE_STEPS)}::bigint[]) as step,
    count(*)::int as products
  from ${from} where ${allOf(conditions)}
  group by currency, step order by currency, step`;
