import type { StockLevels } from '@doorbuster/contracts';
import type { EntityManager } from 'typeorm';
import type { LevelChange } from '../domain/stock-book.js';

const COLUMNS = 'sku, available, reserved, sold, received';

/** Locks in SKU order, so that no two transactions can wait for each other. Unknown SKUs are left out. */
export function lockStock(tx: EntityManager, skus: readonly string[]): Promise<StockLevels[]> {
  return tx.query(`select ${COLUMNS} from stock where sku = any($1::text[]) order by sku for update`, [skus]);
}

export function findStock(db: EntityManager, skus: readonly string[]): Promise<StockLevels[]> {
  return db.query(`select ${COLUMNS} from stock where sku = any($1::text[]) order by sku`, [skus]);
}

/** Rows that break the first promise, in a table of some thousand SKUs. */
export async function countInconsistentStock(db: EntityManager): Promise<number> {
  const [row]: { rows: number }[] = await db.query(
    `select count(*)::int as rows from stock where available < 0 or received <> available + reserved + sold`,
  );
  return row?.rows ?? 0;
}

/** Rows that are there already stay as they are. */
export async function addStockRows(tx: EntityManager, skus: readonly string[]): Promise<void> {
  await tx.query(
    'insert into stock (sku) select distinct unnest($1::text[]) as sku order by sku on conflict do nothing',
    [skus],
  );
}

/** Adds the differences, so that even a row that nobody locked could not lose an update; the checks guard the rest. */
export async function moveStock(tx: EntityManager, changes: readonly LevelChange[]): Promise<void> {
  const deltas = (level: 'available' | 'reserved' | 'sold' | 'received'): number[] =>
    changes.map(({ before, after }) => after[level] - before[level]);
  await tx.query(
    `update stock set
       available = stock.available + delta.available,
       reserved = stock.reserved + delta.reserved,
       sold = stock.sold + delta.sold,
       received = stock.received + delta.received
     from unnest($1::text[], $2::int[], $3::int[], $4::int[], $5::int[])
       as delta (sku, available, reserved, sold, received)
     where stock.sku = delta.sku`,
    [
      changes.map(({ after }) => after.sku),
      deltas('available'),
      deltas('reserved'),
      deltas('sold'),
      deltas('received'),
    ],
  );
}
