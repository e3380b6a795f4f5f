import { createHash } from 'node:crypto';
import { sku as skuSchema } from '@doorbuster/contracts';
import { z } from 'zod';

/** The filter of a list. A cursor is valid only for the filter that it was made with. */
export interface ListQuery {
  q?: string | undefined;
  category?: string | undefined;
}

/**
 * The order of a list. The first page of a search orders by relevance; without a match, by the similarity of names. Later
 * pages keep the order of the first.
 */
export const LIST_ORDERS = ['sku', 'relevance', 'similarity'] as const;
type ListOrder = (typeof LIST_ORDERS)[number];

/** The last item of a page. Inserts elsewhere do not change it. */
export interface PagePosition {
  order: ListOrder;
  /** Higher scores come first. 0 in SKU order. */
  score: number;
  sku: string;
}

/** The maximum of PostgreSQL's `integer`. Queries compare scores as `integer`. */
const SCORE_MAX = 2_147_483_647;

const content = z.tuple([z.string(), z.enum(LIST_ORDERS), z.int().min(0).max(SCORE_MAX), skuSchema]);

export function encodeCursor(query: ListQuery, { order, score, sku }: PagePosition): string {
  return Buffer.from(JSON.stringify([fingerprint(query), order, score, sku])).toString('base64url');
}

/** @returns `undefined` for text that is not a cursor, and for a cursor of another list */
export function decodeCursor(query: ListQuery, cursor: string): PagePosition | undefined {
  const result = content.safeParse(parseJson(Buffer.from(cursor, 'base64url').toString()));
  if (!result.success) return undefined;
  const [, order, score, sku] = result.data;
  const position: PagePosition = { order, score, sku };
  // Decoding accepts more than encoding produces; comparing with the encoded text also compares the fingerprint.
  const isGenuine = encodeCursor(query, position) === cursor && (order === 'sku') === (query.q === undefined);
  return isGenuine ? position : undefined;
}

const fingerprint = ({ q, category }: ListQuery): string =>
  createHash('sha256')
    .update(JSON.stringify([q ?? null, category ?? null]))
    .digest('base64url')
    .slice(0, 12);

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
