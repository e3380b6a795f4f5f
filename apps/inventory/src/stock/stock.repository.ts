import type { StockLevels } from '@doorbuster/contracts';
import { pluck, preparedQuery } from '@doorbuster/persistence';
import { Injectable } from '@nestjs/common';
import { And, In, Not, type EntityManager } from 'typeorm';
import {
  sumOf,
  type LevelChange,
  type StockLevel,
  type StockPool,
  type StockPoolId,
} from './domain/stock-pool.js';
import { ORDINARY, StockEntity } from './stock.entity.js';
import {
  ADD_ORDINARY_POOLS,
  ADD_SALE_POOLS,
  CLOSE_POOLS,
  COUNT_INCONSISTENT_POOLS,
  LOCK_POOLS,
  LOCK_POOLS_OF_SKUS,
  MOVE_UNITS,
} from './stock.sql.js';

/** A pool, and the time of the database when it was read. */
interface LoadedPool {
  pool: StockPool;
  now: Date;
}

@Injectable()
export class StockRepository {
  /** Locks in order of SKU and sale, so that no two transactions wait for each other. Leaves out unknown pools. */
  async lock(tx: EntityManager, pools: readonly StockPoolId[]): Promise<LoadedPool[]> {
    const rows = await preparedQuery<StockEntity & { now: Date }>(tx, LOCK_POOLS, keysOf(pools));
    return rows.map(({ now, ...row }) => ({ pool: toPool(row), now }));
  }

  /** Locks all pools of these SKUs, in the order of {@link lock}. */
  async lockAllOf(tx: EntityManager, skus: readonly string[]): Promise<StockPool[]> {
    const rows: StockEntity[] = await tx.query(LOCK_POOLS_OF_SKUS, [skus]);
    return rows.map(toPool);
  }

  /** In order of SKU. Leaves out unknown SKUs. */
  async findLevels(tx: EntityManager, skus: readonly string[]): Promise<StockLevels[]> {
    const rows = await tx.find(StockEntity, { where: { sku: In(skus) }, order: { sku: 'asc' } });
    return Array.from(
      Map.groupBy(rows.map(toPool), ({ sku }) => sku),
      ([sku, pools]) => sumOf(sku, pools),
    );
  }

  async findUnitsLeft(
    tx: EntityManager,
    saleIds: readonly string[],
  ): Promise<{ saleId: string; unitsLeft: number }[]> {
    const rows = await tx.findBy(StockEntity, { saleId: And(In(saleIds), Not(ORDINARY)) });
    return rows.map(({ saleId, available }) => ({ saleId, unitsLeft: available }));
  }

  async countInconsistent(tx: EntityManager): Promise<number> {
    const [row]: { rows: number }[] = await tx.query(COUNT_INCONSISTENT_POOLS);
    return row?.rows ?? 0;
  }

  /** Adds the ordinary pools of these SKUs. Existing ones stay as they are. */
  async addOrdinary(tx: EntityManager, skus: readonly string[]): Promise<void> {
    await tx.query(ADD_ORDINARY_POOLS, [skus]);
  }

  /** Adds empty pools of sales. Existing ones stay as they are. */
  async addOfSales(tx: EntityManager, pools: readonly StockPoolId[]): Promise<void> {
    await tx.query(ADD_SALE_POOLS, keysOf(pools));
  }

  /** Their available units must be 0. */
  async close(tx: EntityManager, pools: readonly StockPoolId[]): Promise<void> {
    await tx.query(CLOSE_POOLS, keysOf(pools));
  }

  async move(tx: EntityManager, changes: readonly LevelChange[]): Promise<void> {
    const deltas = (level: StockLevel): number[] =>
      changes.map(({ before, after }) => after[level] - before[level]);
    await preparedQuery(tx, MOVE_UNITS, [
      ...keysOf(pluck(changes, 'after')),
      deltas('available'),
      deltas('reserved'),
      deltas('sold'),
      deltas('received'),
    ]);
  }
}

const keysOf = (pools: readonly StockPoolId[]): [skus: string[], saleIds: string[]] => [
  pluck(pools, 'sku'),
  pools.map(({ saleId }) => saleId ?? ORDINARY),
];

/** A pool of ordinary stock has no `saleId`. */
const toPool = ({ saleId, ...row }: StockEntity): StockPool =>
  saleId === ORDINARY ? row : { ...row, saleId };
