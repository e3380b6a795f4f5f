import type { EntityManager } from 'typeorm';
import type { Reservation } from '../domain/reservation.js';
import type { StateChanges, StockState } from '../domain/stock-book.js';
import type { StockCommand } from '../domain/stock-commands.js';
import {
  insertReservations,
  lockDueReservations,
  lockReservations,
  updateReservations,
} from './reservations.repository.js';
import { ordinaryPool, poolKey, type PoolId } from '../domain/pool.js';
import { lockPools, moveStock } from './stock.repository.js';

/** All that these commands can touch, locked: reservations first, then stock. */
export async function loadStockState(
  tx: EntityManager,
  commands: readonly StockCommand[],
): Promise<StockState> {
  const reservations = await lockReservations(tx, [...new Set(commands.map(({ orderId }) => orderId))]);
  const requested = commands.flatMap((command) => (command.kind === 'reserve' ? command.lines : []));
  return withStock(tx, reservations, requested);
}

/** The reservations that are past their time at `now`, at most `limit` of them, and their stock. */
export async function loadDueState(tx: EntityManager, now: Date, limit: number): Promise<StockState> {
  return withStock(tx, await lockDueReservations(tx, now, limit), []);
}

/** One statement for each table that has changes. */
export async function saveStockChanges(tx: EntityManager, changes: StateChanges): Promise<void> {
  const { levels, opened, settled } = changes;
  if (levels.length > 0) await moveStock(tx, levels);
  if (settled.length > 0) await updateReservations(tx, settled);
  if (opened.length > 0) await insertReservations(tx, opened);
}

async function withStock(
  tx: EntityManager,
  reservations: readonly Reservation[],
  requested: readonly PoolId[],
): Promise<StockState> {
  // What a sale's order lets go of may be ordinary stock's by now.
  const held = reservations.flatMap(({ lines }) => lines.flatMap((line) => [line, ordinaryPool(line)]));
  const wanted = new Map([...requested, ...held].map((id) => [poolKey(id), id]));
  const pools = wanted.size > 0 ? await lockPools(tx, [...wanted.values()]) : [];
  return {
    levels: new Map(pools.map((pool) => [poolKey(pool), pool])),
    reservations: new Map(reservations.map((reservation) => [reservation.orderId, reservation])),
  };
}
