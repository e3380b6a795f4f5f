import {
  DATABASE_NOW,
  endTransactionIn,
  fromJsonLines,
  type PreparedStatement,
} from '@doorbuster/persistence';

export const ORDER_COLUMNS = `o.id, o.customer_id as "customerId", o.idempotency_key as "idempotencyKey", o.status, o.reason, o.lines,
  o.total_amount as "totalAmount", o.currency, o.payment_method as "paymentMethod",
  o.cancel_requested_at as "cancelRequestedAt", o.created_at as "createdAt", o.updated_at as "updatedAt"`;

/** What {@link CLAIM_REQUESTS} reads. */
export interface ClaimRow {
  /** Milliseconds since 1970 by the clock of the database. */
  now: number;
  /** Milliseconds until the server ends the transaction; null without a limit. */
  remaining: number | null;
  busy: string[];
  prices: { sku: string; amount: number; currency: string }[] | null;
}

/**
 * SQL, because it is the first statement of each acceptance, four in one. It reads the clock, has the server end the transaction
 * when the first of the requests expires, takes advisory locks without waiting, and reads prices.
 *
 * $1: `acceptBy` of requests, $2: least time that a request needs, $3: lock timeout, $4: claims, $5: SKUs
 */
export const CLAIM_REQUESTS: PreparedStatement = {
  name: 'claim-requests',
  text: `with clock as materialized (select ${DATABASE_NOW} as now),
       time as materialized (select min(by - now) as remaining from clock, unnest($1::float8[]) as by
                             where by - now >= $2)
  select now, remaining, set_config('lock_timeout', $3, true),
         case when remaining is not null then ${endTransactionIn('remaining')} end,
         array(select claim from unnest($4::text[]) as claim
               where not pg_try_advisory_xact_lock(hashtextextended(claim, 0))) as busy,
         (select json_agg(p) from (select sku, amount, currency from prices where sku = any($5::text[])) p) as prices
  from clock, time`,
};

/**
 * SQL, because it looks up a batch by pairs. Without a name: a plan made for an empty table can read all orders of a
 * customer. $1: customers, $2: keys.
 */
export const FIND_ORDERS_BY_REQUESTS: PreparedStatement = {
  text: `select ${ORDER_COLUMNS} from unnest($1::text[], $2::text[]) as r (customer_id, idempotency_key)
  join orders o using (customer_id, idempotency_key)`,
};

/** SQL, because it inserts a batch in one statement, in key order, so that replicas with the same keys do not deadlock. */
export const INSERT_ORDERS: PreparedStatement = {
  name: 'insert-orders',
  text: `insert into orders (id, customer_id, idempotency_key, status, lines, total_amount, currency, payment_method,
                      created_at, updated_at)
  select * from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], ${fromJsonLines('$5', 'jsonb')}, $6::bigint[], $7::text[], $8::text[],
                       $9::timestamptz[], $10::timestamptz[])
  order by 2, 3`,
};

/** SQL, because it locks a batch in key order. $1: ids. */
export const LOCK_ORDERS: PreparedStatement = {
  name: 'lock-orders',
  text: `select id, customer_id as "customerId", status from orders
  where id = any($1::uuid[]) order by id for update`,
};

/**
 * SQL, because it updates a batch in one statement. The condition on `any` keeps the plan on the index also when it was made for
 * an empty table. $1: ids, $2: statuses, $3: reasons, $4: time.
 */
export const UPDATE_STATUSES: PreparedStatement = {
  name: 'update-statuses',
  text: `update orders o set status = c.status, reason = c.reason, updated_at = $4
  from unnest($1::uuid[], $2::text[], $3::text[]) as c (id, status, reason)
  where o.id = any($1) and o.id = c.id`,
};

/** SQL, because each waiting client asks for its order: a prepared statement costs less than half of a repository's read. */
export const FIND_ORDER = { name: 'find-order', text: `select ${ORDER_COLUMNS} from orders o where id = $1` };

/**
 * SQL, because it reads the server's statistics: the clock of the database, and the start of the oldest open transaction of
 * this service that has written; infinity when there is none. In milliseconds since 1970.
 */
export const OLDEST_WRITE = `select ${DATABASE_NOW} as now,
         coalesce(min(extract(epoch from xact_start)::float8 * 1000), 'infinity') as since
  from pg_stat_activity where usename = current_user and backend_xid is not null`;
