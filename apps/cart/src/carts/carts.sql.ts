/** SQL, because it locks a batch in key order. The condition on `any` keeps the plan on the index. $1: customers. */
export const LOCK_CARTS = `select customer_id as "customerId", version, lines from carts
  where customer_id = any($1::text[]) order by customer_id for update`;

const ROWS = `unnest($1::text[], $2::int[], $3::jsonb[]) as c (customer_id, version, lines)`;

/** SQL, because it inserts a batch in key order. $1: customers, $2: versions, $3: lines. */
export const INSERT_CARTS = `insert into carts (customer_id, version, lines)
  select customer_id, version, lines from ${ROWS} order by 1`;

/** SQL, because one statement changes many carts. The parameters are those of {@link INSERT_CARTS}. */
export const UPDATE_CARTS = `update carts set version = c.version, lines = c.lines, updated_at = clock_timestamp()
  from ${ROWS} where carts.customer_id = any($1) and carts.customer_id = c.customer_id`;
