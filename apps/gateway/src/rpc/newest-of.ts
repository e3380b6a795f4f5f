import type { Page } from '@doorbuster/contracts';

/**
 * One page, newest first, of a page of each service. An id is a UUIDv7 and so its place in time, and "before this id" is a
 * cursor that each service understands.
 */
export function newestOf<T extends { id: string }>(pages: readonly Page<T>[], limit: number): Page<T> {
  const newestFirst = pages.flatMap(({ items }) => items).toSorted((a, b) => (a.id < b.id ? 1 : -1));
  const items = newestFirst.slice(0, limit);
  const isMore = newestFirst.length > limit || pages.some(({ nextCursor }) => nextCursor !== null);
  return { items, nextCursor: isMore ? (items.at(-1)?.id ?? null) : null };
}
