import type { PreparedStatement } from '@doorbuster/persistence';

const COLUMNS = 'sku, sale_id as "saleId", available, reserved, sold, received, is_open as "isOpen"';
const KEYS = 'select * from unnest($1::text[], $2::uuid[])';

/**
 * SQL, because it locks a batch in key order, and reads the database's clock after it has the locks. The condition on `any`
 * keeps the plan on the index also when it was made for an empty table.
 */
export const LOCK_POOLS: PreparedStatement = {
  name: 'lock-pools',
  text: `
  select ${COLUMNS}, clock_timestamp() as now from stock
  where sku = any($1) and (sku, sale_id) in (${KEYS}) order by sku, sale_id for update of stock`,
};

/** SQL, because it locks a batch in key order. `$1` SKUs. */
export const LOCK_POOLS_OF_SKUS = `
  select ${COLUMNS} from stock where sku = any($1::text[]) order by sku, sale_id for update`;

/** SQL, because the query builder has no `on conflict do nothing` for a batch in key order. `$1` SKUs. */
export const ADD_ORDINARY_POOLS = `
  insert into stock (sku) select distinct unnest($1::text[]) as sku order by sku on conflict do nothing`;

/** SQL, for the same reason as {@link ADD_ORDINARY_POOLS}. */
export const ADD_SALE_POOLS = `
  insert into stock (sku, sale_id) ${KEYS} as pool (sku, sale_id) order by sku, sale_id on conflict do nothing`;

/** SQL, because one statement closes many pools. */
export const CLOSE_POOLS = `update stock set is_open = false where (sku, sale_id) in (${KEYS})`;

/** SQL, because one statement adds different values to many pools. Differences lose no update, even without a lock. */
export const MOVE_UNITS: PreparedStatement = {
  name: 'move-units',
  text: `
  update stock set
    available = stock.available + delta.available,
    reserved = stock.reserved + delta.reserved,
    sold = stock.sold + delta.sold,
    received = stock.received + delta.received
  from unnest($1::text[], $2::uuid[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[])
    as delta (sku, sale_id, available, reserved, sold, received)
  where stock.sku = any($1) and stock.sku = delta.sku and stock.sale_id = delta.sale_id`,
};

/** SQL, because it compares columns with each other. The table's checks have the same conditions. */
export const COUNT_INCONSISTENT_POOLS = `
  select count(*)::int as rows from stock where available < 0 or received <> available + reserved + sold`;
