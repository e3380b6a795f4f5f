import { pluck } from '@doorbuster/persistence';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { poolKey } from '../stock/domain/stock-pool.js';
import { StockRepository } from '../stock/stock.repository.js';
import type {
  AllocationCommand,
  AllocationDecision,
  AllocationState,
  SaleAllocation,
} from './domain/decide-allocations.js';
import { INSERT_ALLOCATIONS, LOCK_ALLOCATIONS, UPDATE_ALLOCATIONS } from './sale-allocations.sql.js';

/** Loads and saves allocations together with the stock they move. */
@Injectable()
export class SaleAllocationsRepository {
  constructor(private readonly stock: StockRepository) {}

  /** Locks everything that these commands can change: allocations by id, then stock. */
  async lock(tx: EntityManager, commands: readonly AllocationCommand[]): Promise<AllocationState> {
    const known: SaleAllocation[] = await tx.query(LOCK_ALLOCATIONS, [pluck(commands, 'saleId')]);
    const skus = new Set(commands.flatMap((command) => (command.kind === 'allocate' ? command.sku : [])));
    for (const { sku } of known) if (sku !== null) skus.add(sku);
    const pools = await this.stock.lockAllOf(tx, [...skus]);
    return {
      pools: new Map(pools.map((pool) => [poolKey(pool), pool])),
      allocations: new Map(known.map((allocation) => [allocation.saleId, allocation])),
    };
  }

  async save(tx: EntityManager, { levels, opened, settled }: AllocationDecision): Promise<void> {
    const pools = levels.map(({ after }) => after).filter(({ saleId }) => saleId !== undefined);
    if (pools.length > 0) await this.stock.addOfSales(tx, pools);
    if (levels.length > 0) await this.stock.move(tx, levels);
    const closed = pools.filter(({ isOpen }) => !isOpen);
    if (closed.length > 0) await this.stock.close(tx, closed);
    if (settled.length > 0) await tx.query(UPDATE_ALLOCATIONS, columnsOf(settled));
    if (opened.length > 0) await tx.query(INSERT_ALLOCATIONS, columnsOf(sortedById(opened)));
  }
}

/**
 * In order of the ids, so that two replicas do not wait for each other's keys. A unique-key conflict means that another
 * replica has inserted the allocation; the transaction then runs again and reads its row.
 */
const sortedById = (allocations: readonly SaleAllocation[]): SaleAllocation[] =>
  allocations.toSorted((a, b) => (a.saleId < b.saleId ? -1 : 1));

const columnsOf = (allocations: readonly SaleAllocation[]): unknown[] => [
  pluck(allocations, 'saleId'),
  pluck(allocations, 'sku'),
  pluck(allocations, 'status'),
  pluck(allocations, 'reason'),
];
