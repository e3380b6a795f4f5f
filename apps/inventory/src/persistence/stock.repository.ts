import type { StockLevels } from '@doorbuster/contracts';
import { pluck } from '@doorbuster/persistence';
import type { EntityManager } from 'typeorm';
import { sumOf, type Pool, type PoolId } from '../domain/pool.js';
import type { LevelChange } from '../domain/stock-book.js';

/** Stands for "no sale" in a key, and sorts before all sales. */
export const ORDINARY = '00000000-0000-0000-0000-000000000000';

type Row = Pool & { saleId: string };

/** A pool, and the time at which it was read, by the clock of the database. */
export interface LoadedPool {
  pool: Pool;
  now: Date;
}

const COLUMNS = 'sku, sale_id as "saleId", available, reserved, sold, received, is_open as "isOpen"';
const saleKeys = (pools: readonly PoolId[]): string[] => pools.map(({ saleId }) => saleId ?? ORDINARY);

/** Locks in order of SKU and sale, so that no two transactions can wait for each other. Unknown ones are left out. */
export async function lockPools(tx: EntityManager, pools: readonly PoolId[]): Promise<LoadedPool[]> {
  const rows: (Row & { now: Date })[] = await tx.query(
    `select ${COLUMNS}, clock_timestamp() as now from stock
     where (sku, sale_id) in (select * from unnest($1::text[], $2::uuid[])) order by sku, sale_id for update of stock`,
    [pluck(pools, 'sku'), saleKeys(pools)],
  );
  return rows.map(({ now, ...row }) => ({ pool: toPool(row), now }));
}

/** Locks, in the same order, ordinary stock and all sales' units of these SKUs. */
export async function lockPoolsOf(tx: EntityManager, skus: readonly string[]): Promise<Pool[]> {
  const rows: Row[] = await tx.query(
    `select ${COLUMNS} from stock where sku = any($1::text[]) order by sku, sale_id for update`,
    [skus],
  );
  return rows.map(toPool);
}

/** Unknown SKUs are left out. */
export async function findStock(db: EntityManager, skus: readonly string[]): Promise<StockLevels[]> {
  const rows: Row[] = await db.query(
    `select ${COLUMNS} from stock where sku = any($1::text[]) order by sku`,
    [skus],
  );
  return Array.from(
    Map.groupBy(rows.map(toPool), ({ sku }) => sku),
    ([sku, pools]) => sumOf(sku, pools),
  );
}

export function findUnitsLeft(
  db: EntityManager,
  saleIds: readonly string[],
): Promise<{ saleId: string; unitsLeft: number }[]> {
  return db.query(
    `select sale_id as "saleId", available as "unitsLeft" from stock
     where sale_id = any($1::uuid[]) and sale_id <> '${ORDINARY}'`,
    [saleIds],
  );
}

/** Rows that break the first promise, in a table of some thousand SKUs. */
export async function countInconsistentStock(db: EntityManager): Promise<number> {
  const [row]: { rows: number }[] = await db.query(
    `select count(*)::int as rows from stock where available < 0 or received <> available + reserved + sold`,
  );
  return row?.rows ?? 0;
}

/** Ordinary stock of these SKUs. Rows that are there already stay as they are. */
export async function addStockRows(tx: EntityManager, skus: readonly string[]): Promise<void> {
  await tx.query(
    'insert into stock (sku) select distinct unnest($1::text[]) as sku order by sku on conflict do nothing',
    [skus],
  );
}

/** Empty rows for the units of sales, where there are none. */
export async function addPools(tx: EntityManager, pools: readonly PoolId[]): Promise<void> {
  await tx.query(
    `insert into stock (sku, sale_id)
     select * from unnest($1::text[], $2::uuid[]) as pool (sku, sale_id) order by sku, sale_id on conflict do nothing`,
    [pluck(pools, 'sku'), saleKeys(pools)],
  );
}

/** Nothing may be available in them any more. */
export async function closePools(tx: EntityManager, pools: readonly PoolId[]): Promise<void> {
  await tx.query(
    `update stock set is_open = false where (sku, sale_id) in (select * from unnest($1::text[], $2::uuid[]))`,
    [pluck(pools, 'sku'), saleKeys(pools)],
  );
}

/** Adds the differences, so that even a row that nobody locked could not lose an update; the checks guard the rest. */
export async function moveStock(tx: EntityManager, changes: readonly LevelChange[]): Promise<void> {
  const deltas = (level: 'available' | 'reserved' | 'sold' | 'received'): number[] =>
    changes.map(({ before, after }) => after[level] - before[level]);
  const pools = pluck(changes, 'after');
  await tx.query(
    `update stock set
       available = stock.available + delta.available,
       reserved = stock.reserved + delta.reserved,
       sold = stock.sold + delta.sold,
       received = stock.received + delta.received
     from unnest($1::text[], $2::uuid[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[])
       as delta (sku, sale_id, available, reserved, sold, received)
     where stock.sku = delta.sku and stock.sale_id = delta.sale_id`,
    [
      pluck(pools, 'sku'),
      saleKeys(pools),
      deltas('available'),
      deltas('reserved'),
      deltas('sold'),
      deltas('received'),
    ],
  );
}

const toPool = ({ saleId, ...row }: Row): Pool => (saleId === ORDINARY ? row : { ...row, saleId });
