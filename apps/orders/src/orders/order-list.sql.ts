import { ORDER_COLUMNS } from './orders.sql.js';

/** Maximum orders that one page reads. It bounds the cost of a filter that few orders match. */
export const SCANNED_MAX = 20_000;

/**
 * The orders that a page reads, by an index: the primary key, `orders_of_customer` or `orders_undone`. The server plans with the
 * values of the parameters, so a condition that is switched off costs nothing.
 *
 * $1: least id, $2: the id below which the page starts, $3: customer or null, $4: only rejected and cancelled orders,
 * $5: only orders whose checkout is in flight, as that of each PENDING order is
 */
const SCANNED = `from orders o where o.id >= $1 and o.id < $2
    and ($3::text is null or o.customer_id = $3)
    and (not $4::boolean or o.reason is not null)
    and (not $5::boolean or o.id = any(array(select id from sagas where state not in ('COMPLETED', 'COMPENSATED'))))`;

/**
 * SQL, because TypeORM has no limit inside a condition: the page ends after {@link SCANNED_MAX} orders.
 *
 * $6: statuses, $7: code of the reason, $8: lines, $9: first instant, $10: instant after the last, each or null; $11: limit
 */
export const LIST_ORDERS = `select ${ORDER_COLUMNS}
  from (select * ${SCANNED} order by o.id desc limit ${SCANNED_MAX}) o
  where ($6::text[] is null or o.status = any($6))
    and ($7::text is null or split_part(o.reason, ':', 1) = $7)
    and ($8::jsonb is null or o.lines @> $8)
    and ($9::timestamptz is null or o.created_at >= $9)
    and ($10::timestamptz is null or o.created_at < $10)
  order by o.id desc limit $11`;

/** SQL, because its condition is that of {@link LIST_ORDERS}: the last order that a full scan reads. */
export const LAST_SCANNED = `select o.id ${SCANNED} order by o.id desc offset ${SCANNED_MAX - 1} limit 1`;
