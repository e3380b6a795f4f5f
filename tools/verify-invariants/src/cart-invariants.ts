import type { Invariant } from './invariant.js';

const ifTable = 'cart.checkouts';

/** Orders that were made of carts, with their checkouts. */
const CHECKED_OUT = `(select o.id, o.status, o.lines as ordered, c.lines as stored, c.state
  from cart.checkouts c join orders.orders o using (customer_id, idempotency_key)
  join orders.sagas s on s.id = o.id and s.data ? 'isFromCart')`;

const comparable = (lines: string): string => `(select jsonb_agg(
    jsonb_build_object('sku', l->'sku', 'quantity', l->'quantity', 'unitPrice', l->'unitPrice') order by l->>'sku')
  from jsonb_array_elements(${lines}) l)`;

export const CART_INVARIANTS: readonly Invariant[] = [
  {
    promise: 2,
    holds: 'an order of a cart buys what its checkout stored, at the prices that the customer accepted',
    ifTable,
    sql: `select id as subject, format('ordered %s, stored %s', ordered, stored) as breach from ${CHECKED_OUT} x
      where ${comparable('ordered')} is distinct from ${comparable('stored')}`,
  },
  {
    promise: 4,
    holds: 'what left a cart has an order, and what a rejected order took is back',
    ifTable,
    sql: `select format('%s with key %s', c.customer_id, c.idempotency_key) as subject,
        format('checkout %s, order %s', c.state, coalesce(o.status, 'missing')) as breach
      from cart.checkouts c left join orders.orders o using (customer_id, idempotency_key)
      where (c.state = 'ACCEPTED' and o.id is null)
         or (c.state = 'REJECTED' and o.status is distinct from 'REJECTED')
         or (c.state <> 'ACCEPTED' and jsonb_array_length(c.taken) > 0)`,
  },
];

/** Carts that have not received orders' event yet. */
export const CARTS_IN_FLIGHT = `
  select id::text as subject, format('checkout of a cart %s, order %s', state, status) as breach from ${CHECKED_OUT} x
  where state = 'OPEN' or (state = 'ACCEPTED' and status = 'REJECTED')`;
