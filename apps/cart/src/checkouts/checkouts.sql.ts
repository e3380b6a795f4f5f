/**
 * A gateway sends an order at most 6 s after the checkout began and its answer came (5 s), and looks for it for 2 s more. After
 * that the same units may be bought by another checkout.
 */
const HOLD = `interval '15 seconds'`;

/** SQL, because it locks a batch in key order and compares with the clock of the database. $1: customers, $2: keys. */
export const LOCK_CHECKOUTS = `
  select c.customer_id as "customerId", c.idempotency_key as "idempotencyKey", c.request, c.lines, c.taken, c.state,
         c.holds_until > clock_timestamp() as "isHolding"
  from unnest($1::text[], $2::text[]) as k (customer_id, idempotency_key)
  join checkouts c using (customer_id, idempotency_key)
  order by c.customer_id, c.idempotency_key for update of c`;

/** SQL, because it compares with the clock of the database. $1: customer, $2: the key of the checkout that asks. */
export const FIND_OTHERS_HOLDING = `
  select lines from checkouts
  where customer_id = $1 and idempotency_key <> $2 and state = 'OPEN' and holds_until > clock_timestamp()`;

/** SQL, because the clock of the database says until when it holds. */
export const INSERT_CHECKOUT = `
  insert into checkouts (customer_id, idempotency_key, request, lines, state, holds_until)
  values ($1, $2, $3, $4, 'OPEN', clock_timestamp() + ${HOLD})`;

/** SQL, because one statement changes many checkouts. $1: customers, $2: keys, $3: states, $4: taken lines, $5: whether it holds. */
export const UPDATE_CHECKOUTS = `
  update checkouts set state = s.state, taken = s.taken,
    holds_until = clock_timestamp() + case when s.is_holding then ${HOLD} else interval '0' end
  from unnest($1::text[], $2::text[], $3::text[], $4::jsonb[], $5::boolean[])
    as s (customer_id, idempotency_key, state, taken, is_holding)
  where checkouts.customer_id = any($1)
    and checkouts.customer_id = s.customer_id and checkouts.idempotency_key = s.idempotency_key`;
