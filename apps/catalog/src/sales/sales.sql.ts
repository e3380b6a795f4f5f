import { isNotStuck } from '@doorbuster/persistence';

/** The scheduler's name in `stuck_items`. */
export const SALES_JOB = 'sales';
const IS_NOT_STUCK = isNotStuck(SALES_JOB, 'sales.id');

/** The columns of a `SaleRecord`. */
const COLUMNS = `id, version, sku, jsonb_build_object('amount', price_amount, 'currency', price_currency) as price,
  starts_at as "startsAt", ends_at as "endsAt", units, limit_per_customer as "limitPerCustomer", status, reason,
  is_returned as "isReturned", attempts, next_action_at as "nextActionAt", created_at as "createdAt",
  updated_at as "updatedAt"`;

/** The transaction's time on the only clock that opens and ends sales. SQL, because it reads no table. */
export const TRANSACTION_TIME = 'select now() as now';

/** SQL, because a lock of many rows must take them in key order. `$1` ids. */
export const LOCK_SALES = `select ${COLUMNS} from sales where id = any($1::uuid[]) order by id for update`;

/**
 * Due sales that no other replica has locked: all except the stuck ones, or only `$2`. SQL, because of `skip locked` with
 * the condition on `stuck_items`. `$1` limit.
 */
export const LOCK_DUE_SALES = `
  select ${COLUMNS} from sales
  where next_action_at <= now() and case when $2::uuid is null then ${IS_NOT_STUCK} else id = $2 end
  order by next_action_at limit $1 for update skip locked`;

/** SQL, because it shares the condition of {@link LOCK_DUE_SALES}. `$1` limit. */
export const DUE_SALE_IDS = `
  select id from sales where next_action_at <= now() and ${IS_NOT_STUCK} order by next_action_at limit $1`;

/** A row when a sale is due within `$1` ms. SQL, because it shares the condition of {@link LOCK_DUE_SALES}. */
export const SALE_DUE_WITHIN = `
  select from sales
  where next_action_at <= now() + $1 * interval '1 millisecond' and ${IS_NOT_STUCK} limit 1`;

/** SQL, because one statement updates many sales to different values. `$1` the sales as JSON. */
export const UPDATE_SALES = `
  update sales s
  set version = u.version, price_amount = (u.price->>'amount')::bigint, price_currency = u.price->>'currency',
      starts_at = u."startsAt", ends_at = u."endsAt", limit_per_customer = u."limitPerCustomer",
      limit_per_customer_max = greatest(s.limit_per_customer_max, u."limitPerCustomer"), status = u.status,
      reason = u.reason, is_returned = u."isReturned", attempts = u.attempts, next_action_at = u."nextActionAt",
      updated_at = u."updatedAt"
  from json_to_recordset($1) as u (id uuid, version int, price json, "startsAt" timestamptz, "endsAt" timestamptz,
    "limitPerCustomer" int, status text, reason text, "isReturned" boolean, attempts int,
    "nextActionAt" timestamptz, "updatedAt" timestamptz)
  where s.id = u.id`;
