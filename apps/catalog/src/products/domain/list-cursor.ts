import { createHash } from 'node:crypto';
import { sku as skuSchema } from '@doorbuster/contracts';
import { z } from 'zod';

/** What a list is about. A cursor is good for the list that it came from and for no other. */
export interface ListQuery {
  q?: string | undefined;
  category?: string | undefined;
}

/**
 * How a list is ordered. The first page of a search decides between its matches and, when there are none, the names
 * that look like it; the other pages stay with that.
 */
export const LIST_ORDERS = ['sku', 'relevance', 'similarity'] as const;
export type ListOrder = (typeof LIST_ORDERS)[number];

/** The last item of a page. It depends on that item alone, so no insert elsewhere moves it. */
export interface PagePosition {
  order: ListOrder;
  /** Higher scores come first; 0 where the order is that of the SKUs. */
  score: number;
  sku: string;
}

/** The maximum of PostgreSQL's `integer`. Queries compare scores as `integer`. */
const SCORE_MAX = 2_147_483_647;

const content = z.tuple([z.string(), z.enum(LIST_ORDERS), z.int().min(0).max(SCORE_MAX), skuSchema]);

export function encodeCursor(query: ListQuery, { order, score, sku }: PagePosition): string {
  return Buffer.from(JSON.stringify([fingerprint(query), order, score, sku])).toString('base64url');
}

/** `undefined` for what is no cursor, or one of another list. */
export function decodeCursor(query: ListQuery, cursor: string): PagePosition | undefined {
  const result = content.safeParse(parseJson(Buffer.from(cursor, 'base64url').toString()));
  if (!result.success) return undefined;
  const [, order, score, sku] = result.data;
  const position: PagePosition = { order, score, sku };
  // Whatever decodes to it, only what we encode is a cursor; this compares the fingerprint, too.
  const isOurs = encodeCursor(query, position) === cursor && (order === 'sku') === (query.q === undefined);
  return isOurs ? position : undefined;
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
