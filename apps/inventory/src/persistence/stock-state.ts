import { pluck } from '@doorbuster/persistence';
import type { EntityManager } from 'typeorm';
import type { StateChanges, StockState } from '../domain/stock-book.js';
import type { StockCommand } from '../domain/stock-commands.js';
import {
  insertReservations,
  lockDueReservations,
  lockReservations,
  updateReservations,
  type LoadedReservation,
} from './reservations.repository.js';
import { ordinaryPool, poolKey, type PoolId } from '../domain/pool.js';
import { lockPools, moveStock } from './stock.repository.js';

/** The state, and the time by the clock of the database, which all replicas share. */
export interface LoadedState extends StockState {
  now: Date;
}

/** All that these commands can touch, locked: reservations first, then stock. */
export async function loadStockState(
  tx: EntityManager,
  commands: readonly StockCommand[],
): Promise<LoadedState> {
  const reservations = await lockReservations(tx, [...new Set(commands.map(({ orderId }) => orderId))]);
  const requested = commands.flatMap((command) => (command.kind === 'reserve' ? command.lines : []));
  return withStock(tx, reservations, requested);
}

/** The reservations that are past their time, at most `limit` of them or only that of one order, and their stock. */
export async function loadDueState(
  tx: EntityManager,
  limit: number,
  onlyOrderId?: string,
): Promise<LoadedState> {
  return withStock(tx, await lockDueReservations(tx, limit, onlyOrderId), []);
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
  loaded: readonly LoadedReservation[],
  requested: readonly PoolId[],
): Promise<LoadedState> {
  const reservations = pluck(loaded, 'reservation');
  // What a sale's order lets go of may be ordinary stock's by now.
  const held = reservations.flatMap(({ lines }) => lines.flatMap((line) => [line, ordinaryPool(line)]));
  const wanted = new Map([...requested, ...held].map((id) => [poolKey(id), id]));
  const pools = wanted.size > 0 ? await lockPools(tx, [...wanted.values()]) : [];
  return {
    levels: new Map(pools.map(({ pool }) => [poolKey(pool), pool])),
    reservations: new Map(reservations.map((reservation) => [reservation.orderId, reservation])),
    // Without a row there is nothing that could expire or be reserved, and the time does not matter.
    now: pools.at(-1)?.now ?? loaded.at(-1)?.now ?? new Date(0),
  };
}
