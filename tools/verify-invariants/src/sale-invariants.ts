import type { Invariant } from './invariant.js';

/** Order lines that were bought in a sale. */
const SALE_LINES = `(select o.id as order_id, o.customer_id, o.status, (line->>'saleId')::uuid as sale_id, line->>'sku' as sku,
    (line->>'quantity')::int as quantity, (line->'unitPrice'->>'amount')::bigint as amount,
    line->'unitPrice'->>'currency' as currency
  from orders.orders o, jsonb_array_elements(o.lines) line where line ? 'saleId')`;

export const SALE_INVARIANTS: readonly Invariant[] = [
  {
    promise: 1,
    holds: 'a sale has no more units than were set aside for it, and none of another SKU',
    sql: `select p.sale_id as subject, format('received %s of %s, set aside %s of %s', p.received, p.sku, s.units, s.sku) as breach
      from inventory.stock p left join catalog.sales s on s.id = p.sale_id
      where p.sale_id <> '00000000-0000-0000-0000-000000000000' and (s.id is null or s.sku <> p.sku or p.received > s.units)`,
  },
  {
    promise: 1,
    holds: 'a sale that is on has its units, and one that is over has returned them',
    sql: `select s.id as subject, format('sale %s, units %s', s.status, coalesce(u.status, 'never set aside')) as breach
      from catalog.sales s
      left join inventory.set_asides u on u.sale_id = s.id
      left join inventory.stock p on p.sale_id = s.id
      where (s.status in ('SCHEDULED', 'OPEN') and (u.status is distinct from 'SET_ASIDE' or p.is_open is not true))
         or (s.is_returned and (u.status is distinct from 'RETURNED' or p.is_open or p.available > 0))`,
  },
  {
    promise: 1,
    holds: 'what counts towards the limit of a customer in a sale is what the customer’s orders bought there',
    sql: `select format('%s in sale %s', customer_id, sale_id) as subject,
        format('counted %s, orders add up to %s', coalesce(p.quantity, 0), coalesce(l.sum, 0)) as breach
      from orders.sale_purchases p
      full join (select sale_id, customer_id, sum(quantity) from ${SALE_LINES} x
                 where status in ('PENDING', 'CONFIRMED') group by 1, 2) l using (sale_id, customer_id)
      where coalesce(p.quantity, 0) <> coalesce(l.sum, 0)`,
  },
  {
    promise: 1,
    holds: 'no customer bought more in a sale than its limit (unless it was lowered afterwards)',
    sql: `select format('%s in sale %s', p.customer_id, p.sale_id) as subject,
        format('bought %s, limit %s', p.quantity, s.limit_per_customer_max) as breach
      from orders.sale_purchases p join catalog.sales s on s.id = p.sale_id
      where p.quantity > s.limit_per_customer_max`,
  },
  {
    promise: 2,
    holds: 'who buys in a sale is charged its price',
    sql: `select l.order_id as subject, format('charged %s %s for %s, sale %s: %s %s', l.amount, l.currency, l.sku,
               coalesce(s.sku, 'missing'), s.price_amount, s.price_currency) as breach
      from ${SALE_LINES} l left join catalog.sales s on s.id = l.sale_id
      where (s.sku, s.price_amount, s.price_currency) is distinct from (l.sku, l.amount, l.currency)`,
  },
];

/** Sales that wait for inventory. */
export const SALES_IN_FLIGHT = `
  select id::text, format('sale of %s %s, waiting for inventory', sku, status) from catalog.sales
  where status = 'PREPARING' or (status = 'ENDED' and not is_returned)`;
