import { CART_INVARIANTS } from './cart-invariants.js';
import type { Invariant } from './invariant.js';
import { SALE_INVARIANTS, SALES_IN_FLIGHT } from './sale-invariants.js';

/** An order whose sagas have all ended. Only a request can change it. */
const SETTLED = `(select o.* from orders.orders o where o.status <> 'PENDING' and not exists (
  select 1 from orders.sagas s
  where (s.data->>'orderId')::uuid = o.id and s.state not in ('COMPLETED', 'COMPENSATED')))`;

const ORDINARY = '00000000-0000-0000-0000-000000000000';

/** A pool: a SKU and the sale of its units, or the null UUID. */
const POOL_OF_LINE = `line->>'sku' as sku, coalesce(line->>'saleId', '${ORDINARY}')::uuid as sale_id`;
const POOL_NAME = `s.sku || case s.sale_id when '${ORDINARY}' then '' else ' in sale ' || s.sale_id end`;

/** An order may have the same SKU inside and outside a sale, so units are counted by pool. */
const LINES = `(select r.order_id, r.status, ${POOL_OF_LINE}, sum((line->>'quantity')::int) as quantity
  from inventory.reservations r, jsonb_array_elements(r.lines) line group by 1, 2, 3, 4)`;

export const INVARIANTS: readonly Invariant[] = [
  {
    promise: 1,
    holds:
      'no figure of a SKU is negative, and received = available + reserved + sold, for the units of each sale too',
    sql: `select ${POOL_NAME} as subject,
        format('received %s, available %s, reserved %s, sold %s', received, available, reserved, sold) as breach
      from inventory.stock s
      where least(available, reserved, sold, received) < 0 or received <> available + reserved + sold`,
  },
  {
    promise: 1,
    holds: 'received is the sum of all adjustments',
    sql: `select sku as subject, format('received %s, adjustments add up to %s', coalesce(received, 0), coalesce(a.sum, 0)) as breach
      from (select sku, sum(received) as received from inventory.stock group by 1) s
      full join (select sku, sum(delta) from inventory.adjustments where (answer->>'ok')::boolean group by 1) a using (sku)
      where coalesce(received, 0) <> coalesce(a.sum, 0)`,
  },
  ...(['RESERVED', 'COMMITTED'] as const).map((status): Invariant => {
    const column = status === 'RESERVED' ? 'reserved' : 'sold';
    return {
      promise: 1,
      holds: `${column} is the sum of all ${status} reservations, for the units of each sale too`,
      sql: `select ${POOL_NAME} as subject,
          format('${column} %s, reservations add up to %s', coalesce(s.${column}, 0), coalesce(s.sum, 0)) as breach
        from (inventory.stock full join (
          select sku, sale_id, sum(quantity) from ${LINES} x where status = '${status}' group by 1, 2) l
          using (sku, sale_id)) s
        where coalesce(s.${column}, 0) <> coalesce(s.sum, 0)`,
    };
  }),
  {
    promise: 1,
    holds: 'every unit reserved or sold belongs to an order, in a sale or out of it',
    sql: `select l.order_id as subject, format('%s %s of %s, ordered %s', l.status, l.quantity, l.sku, coalesce(o.quantity, 0)) as breach
      from ${LINES} l
      left join (select id as order_id, ${POOL_OF_LINE}, sum((line->>'quantity')::int) as quantity
                 from orders.orders, jsonb_array_elements(lines) line group by 1, 2, 3) o using (order_id, sku, sale_id)
      where l.status in ('RESERVED', 'COMMITTED') and l.quantity is distinct from o.quantity`,
  },
  {
    promise: 1,
    holds: 'a settled order keeps nothing reserved, and has sold exactly when it is confirmed',
    sql: `select o.id as subject, format('order %s, reservation %s', o.status, coalesce(r.status, 'missing')) as breach
      from ${SETTLED} o left join inventory.reservations r on r.order_id = o.id
      where coalesce(r.status, '') = 'RESERVED' or (o.status = 'CONFIRMED') <> (coalesce(r.status, '') = 'COMMITTED')`,
  },
  {
    promise: 1,
    holds: 'a settled order that is confirmed has sold every unit that was ordered, in a sale or out of it',
    sql: `select s.order_id as subject, format('ordered %s of %s, sold %s', s.quantity, ${POOL_NAME}, coalesce(l.quantity, 0)) as breach
      from (select id as order_id, status, ${POOL_OF_LINE}, sum((line->>'quantity')::int) as quantity
            from ${SETTLED} o, jsonb_array_elements(lines) line group by 1, 2, 3, 4) s
      left join (select * from ${LINES} x where x.status = 'COMMITTED') l using (order_id, sku, sale_id)
      where s.status = 'CONFIRMED' and l.quantity is distinct from s.quantity`,
  },
  {
    promise: 2,
    holds: 'a payment is of the order’s total, and never captured twice or refunded beyond what was captured',
    sql: `select p.order_id as subject,
        format('payment %s %s, captured %s, refunded %s, order total %s %s', p.amount, p.currency, p.captured_amount,
               p.refunded_amount, o.total_amount, o.currency) as breach
      from payments.payments p left join orders.orders o on o.id = p.order_id
      where (p.amount is not null and (p.amount, p.currency) is distinct from (o.total_amount, o.currency))
         or p.captured_amount not in (0, coalesce(o.total_amount, 0))
         or p.refunded_amount > p.captured_amount`,
  },
  {
    promise: 2,
    holds: 'no customer is charged for an order that was never confirmed',
    sql: `select p.order_id as subject, format('captured %s, order %s', p.captured_amount, coalesce(o.status, 'missing')) as breach
      from payments.payments p left join orders.orders o on o.id = p.order_id
      where p.captured_amount > 0 and coalesce(o.status, 'PENDING') in ('PENDING', 'REJECTED')`,
  },
  {
    promise: 2,
    holds: 'a settled order is paid when it is confirmed; otherwise nothing is held or kept',
    sql: `select o.id as subject,
        format('order %s, payment %s, captured %s, refunded %s', o.status, coalesce(p.status, 'missing'), p.captured_amount,
               p.refunded_amount) as breach
      from ${SETTLED} o left join payments.payments p on p.order_id = o.id
      where case when o.status = 'CONFIRMED'
        then coalesce(p.captured_amount - p.refunded_amount, -1) <> o.total_amount
        else coalesce(p.captured_amount - p.refunded_amount, 0) <> 0
          or coalesce(p.status, 'VOIDED') not in ('DECLINED', 'VOIDING', 'VOIDED', 'REFUNDING', 'REFUNDED') end`,
  },
  {
    promise: 4,
    holds: 'every order has its checkout, and a checkout that ended has settled its order',
    sql: `select o.id as subject, format('order %s, checkout %s', o.status, coalesce(s.state, 'missing')) as breach
      from orders.orders o left join orders.sagas s on s.id = o.id
      where s.id is null
         or (s.state = 'COMPLETED' and o.status not in ('CONFIRMED', 'CANCELLED'))
         or (s.state = 'COMPENSATED' and o.status not in ('REJECTED', 'CANCELLED'))`,
  },
  {
    promise: 4,
    holds: 'every cancellation that was accepted is carried out',
    sql: `select s.id as subject, format('checkout COMPLETED, order %s, no cancellation saga', o.status) as breach
      from orders.sagas s join orders.orders o on o.id = s.id
      where s.state = 'COMPLETED' and s.data ? 'cancellation' and not exists (
        select 1 from orders.sagas c where c.definition = 'cancellation' and (c.data->>'orderId')::uuid = s.id)`,
  },
  ...SALE_INVARIANTS,
  ...CART_INVARIANTS,
];

/** Orders in flight. They end by themselves while the platform runs; one that does not breaks promise 4. */
export const IN_FLIGHT = `
  select data->>'orderId' as subject,
    format('%s saga %s%s, waiting for %s', definition, state, coalesce(' (' || reason || ')', ''),
           coalesce(nullif((select string_agg(p->>'name', ', ') from jsonb_array_elements(pending) p), ''), 'nothing')) as breach
  from orders.sagas where state not in ('COMPLETED', 'COMPENSATED')
  union all
  select order_id::text, format('payment %s, the provider has not answered yet', status)
  from payments.payments where next_attempt_at is not null
  union all ${SALES_IN_FLIGHT}`;
