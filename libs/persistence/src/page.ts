import { refuse, type Page, type Reply } from '@doorbuster/contracts';
import type { ObjectLiteral, SelectQueryBuilder } from 'typeorm';
import { validate as isUuid } from 'uuid';

export interface PageRequest {
  limit: number;
  /** The `nextCursor` of the page before. */
  cursor?: string | undefined;
}

/** A page of `rows`, which have one row more than `limit` when there is a next page. */
export function toPage<T>(rows: readonly T[], limit: number, cursorOf: (last: T) => string): Page<T> {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return { items, nextCursor: last !== undefined && rows.length > limit ? cursorOf(last) : null };
}

/**
 * Keyset paging, newest first, over entities whose id is a UUIDv7: the order of the ids is the order of creation. The
 * cursor is the last id of a page.
 */
export async function newestPage<T extends ObjectLiteral & { id: string }>(
  query: SelectQueryBuilder<T>,
  { limit, cursor }: PageRequest,
): Promise<Page<T>> {
  const id = `${query.alias}.id`;
  if (cursor !== undefined) query.andWhere(`${id} < :cursor`, { cursor });
  const rows = await query
    .orderBy(id, 'DESC')
    .limit(limit + 1)
    .getMany();
  return toPage(rows, limit, (last) => last.id);
}

/** The refusal of a cursor that {@link newestPage} has not given. */
export const uuidCursorRefusal = (cursor: string | undefined): Reply<never> | undefined =>
  cursor === undefined || isUuid(cursor)
    ? undefined
    : refuse('VALIDATION_FAILED', 'cursor: take it from nextCursor as it is');
