const BATCH_MAX = 500;

/** How long keys of checkouts and merges are known. */
const KEY_TTL = `interval '30 days'`;

/** Rows that a request has locked are skipped, and are no longer due afterwards, or are found by the next sweep. */
const deleteFrom = (table: string, isDue: string, by: string, key: string): string => `
  delete from ${table} where (${key}) in (
    select ${key} from ${table} where ${isDue} order by ${by} limit ${BATCH_MAX} for update skip locked)
  returning 1`;

/** SQL, because of `skip locked`, and because the clock of the database decides. $1: the age in seconds. */
const CARTS = deleteFrom(
  'carts',
  `updated_at < clock_timestamp() - make_interval(secs => $1)`,
  'updated_at',
  'customer_id',
);
const keysOf = (table: string): string =>
  deleteFrom(
    table,
    `created_at < clock_timestamp() - ${KEY_TTL}`,
    'created_at',
    'customer_id, idempotency_key',
  );

export const EXPIRED = { BATCH_MAX, CARTS, CHECKOUTS: keysOf('checkouts'), MERGES: keysOf('cart_merges') };
