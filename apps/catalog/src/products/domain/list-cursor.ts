import { createHash } from 'node:crypto';
import { AMOUNT_MAX, currencyCode, sku as skuSchema, type ProductFilter } from '@doorbuster/contracts';
import { z } from 'zod';

/** What makes a list. A cursor is valid only for the list that it was made with. */
export type ListQuery = Partial<
  Pick<ProductFilter, 'q' | 'category' | 'currency' | 'minPrice' | 'maxPrice' | 'sort'>
>;

/**
 * The order of a list. The first page of a search orders by relevance; without a match, by the similarity of names. Later
 * pages keep the order of the first.
 */
export const LIST_ORDERS = ['sku', 'relevance', 'similarity', 'price', '-price'] as const;
export type ListOrder = (typeof LIST_ORDERS)[number];

/** The last item of a page. Inserts elsewhere do not change it. */
export interface PagePosition {
  order: ListOrder;
  /** The score in order of relevance or similarity, higher first; the amount in order of price; 0 in SKU order. */
  score: number;
  sku: string;
  /** In order of price: its currency, and whether no product matched the search before its words were corrected. */
  currency?: string;
  isCorrected?: boolean;
}

/** The maximum of PostgreSQL's `integer`. Queries compare scores as `integer`. */
const SCORE_MAX = 2_147_483_647;

/** Releases without an order by price read and write the first form. */
const content = z.union([
  z.tuple([z.string(), z.enum(['sku', 'relevance', 'similarity']), z.int().min(0).max(SCORE_MAX), skuSchema]),
  z.tuple([
    z.string(),
    z.enum(['price', '-price']),
    z.int().min(0).max(AMOUNT_MAX),
    skuSchema,
    currencyCode,
    z.boolean(),
  ]),
]);

export function encodeCursor(
  query: ListQuery,
  { order, score, sku, currency, isCorrected }: PagePosition,
): string {
  const byPrice = currency === undefined ? [] : [currency, isCorrected ?? false];
  return Buffer.from(JSON.stringify([fingerprint(query), order, score, sku, ...byPrice])).toString(
    'base64url',
  );
}

/** @returns `undefined` for text that is not a cursor, and for a cursor of another list */
export function decodeCursor(query: ListQuery, cursor: string): PagePosition | undefined {
  const result = content.safeParse(parseJson(Buffer.from(cursor, 'base64url').toString()));
  if (!result.success) return undefined;
  const [, order, score, sku, currency, isCorrected] = result.data;
  const position: PagePosition = {
    order,
    score,
    sku,
    ...(currency !== undefined && { currency, isCorrected: isCorrected ?? false }),
  };
  // Decoding accepts more than encoding produces; comparing with the encoded text also compares the fingerprint.
  const isGenuine = encodeCursor(query, position) === cursor && ordersOf(query).includes(order);
  return isGenuine ? position : undefined;
}

/** The orders that pages of a list may have. */
function ordersOf({ q, sort }: ListQuery): ListOrder[] {
  if (sort === 'price' || sort === '-price') return [sort];
  return q === undefined ? ['sku'] : ['relevance', 'similarity'];
}

const fingerprint = ({ q, category, currency, minPrice, maxPrice }: ListQuery): string => {
  const prices = [currency ?? null, minPrice ?? null, maxPrice ?? null];
  const filter = [q ?? null, category ?? null, ...(currency === undefined ? [] : prices)];
  return createHash('sha256').update(JSON.stringify(filter)).digest('base64url').slice(0, 12);
};

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
