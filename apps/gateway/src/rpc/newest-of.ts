import type { Page } from '@doorbuster/contracts';

/** Merges a page of each service into one, newest first. Ids are UUIDv7, so they sort by time, and the last one is a cursor for all services. */
export function newestOf<T extends { id: string }>(pages: readonly Page<T>[], limit: number): Page<T> {
  const newestFirst = pages.flatMap(({ items }) => items).toSorted((a, b) => (a.id < b.id ? 1 : -1));
  const items = newestFirst.slice(0, limit);
  const isMore = newestFirst.length > limit || pages.some(({ nextCursor }) => nextCursor !== null);
  return { items, nextCursor: isMore ? (items.at(-1)?.id ?? null) : null };
}
