import { allTogether, jsonLines, pluck, preparedQuery } from '@doorbuster/persistence';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { ordinaryPool, poolKey, type StockPoolId } from '../stock/domain/stock-pool.js';
import { StockRepository } from '../stock/stock.repository.js';
import type { StockCommand } from './domain/decide-commands.js';
import type { Reservation } from './domain/reservation.state-machine.js';
import type { StateChanges, StockState } from './domain/stock-draft.js';
import {
  DUE_ORDER_IDS,
  INSERT_RESERVATIONS,
  LOCK_DUE_RESERVATIONS,
  LOCK_RESERVATIONS,
  UPDATE_RESERVATIONS,
  type ReservationRow,
} from './reservations.sql.js';

/** The state, and the time of the database, which is the same for all replicas. */
interface LoadedStockState extends StockState {
  now: Date;
}

/** Loads and saves reservations together with the stock they hold. */
@Injectable()
export class ReservationsRepository {
  constructor(private readonly stock: StockRepository) {}

  /** Locks everything that these commands can change: reservations by id, then stock. All transactions use this order. */
  async lock(tx: EntityManager, commands: readonly StockCommand[]): Promise<LoadedStockState> {
    const orderIds = [...new Set(commands.map(({ orderId }) => orderId))];
    const rows = await preparedQuery<ReservationRow>(tx, LOCK_RESERVATIONS, [orderIds]);
    const requested = commands.flatMap((command) => (command.kind === 'reserve' ? command.lines : []));
    return this.withStock(tx, rows, requested);
  }

  /** Locks at most `limit` due reservations, or only that of one order, and their stock. */
  async lockDue(tx: EntityManager, limit: number, onlyOrderId?: string): Promise<LoadedStockState> {
    const rows: ReservationRow[] = await tx.query(LOCK_DUE_RESERVATIONS, [limit, onlyOrderId ?? null]);
    return this.withStock(tx, rows, []);
  }

  async dueOrderIds(tx: EntityManager, limit: number): Promise<string[]> {
    const rows: { id: string }[] = await tx.query(DUE_ORDER_IDS, [limit]);
    return rows.map(({ id }) => id);
  }

  /** One statement for each kind of change, all in one round trip. */
  async save(tx: EntityManager, { levels, opened, settled }: StateChanges): Promise<void> {
    await allTogether([
      levels.length > 0 && this.stock.move(tx, levels),
      settled.length > 0 && update(tx, settled),
      opened.length > 0 && insert(tx, opened),
    ]);
  }

  private async withStock(
    tx: EntityManager,
    rows: readonly ReservationRow[],
    requested: readonly StockPoolId[],
  ): Promise<LoadedStockState> {
    const reservations = rows.map(toReservation);
    // If a sale is over, its orders release their units to ordinary stock.
    const held = reservations.flatMap(({ lines }) => lines.flatMap((line) => [line, ordinaryPool(line)]));
    const wanted = new Map([...requested, ...held].map((id) => [poolKey(id), id]));
    const pools = wanted.size > 0 ? await this.stock.lock(tx, [...wanted.values()]) : [];
    return {
      levels: new Map(pools.map(({ pool }) => [poolKey(pool), pool])),
      reservations: new Map(reservations.map((reservation) => [reservation.orderId, reservation])),
      // Without a row nothing can expire or be reserved, so the time has no effect.
      now: pools.at(-1)?.now ?? rows.at(-1)?.now ?? new Date(0),
    };
  }
}

async function update(tx: EntityManager, reservations: readonly Reservation[]): Promise<void> {
  await preparedQuery(tx, UPDATE_RESERVATIONS, [
    pluck(reservations, 'orderId'),
    pluck(reservations, 'status'),
  ]);
}

/**
 * In order of the ids, so that two replicas do not wait for each other's keys. A unique-key conflict means that another
 * replica has inserted the reservation; the transaction then runs again and reads its row.
 */
async function insert(tx: EntityManager, reservations: readonly Reservation[]): Promise<void> {
  await preparedQuery(tx, INSERT_RESERVATIONS, [
    pluck(reservations, 'orderId'),
    pluck(reservations, 'status'),
    jsonLines(pluck(reservations, 'lines')),
    reservations.map(({ refusal }) => refusal?.reason ?? null),
    reservations.map(({ refusal }) => refusal?.sku ?? null),
    pluck(reservations, 'expiresAt'),
  ]);
}

const toReservation = ({
  orderId,
  status,
  lines,
  reason,
  refusedSku,
  expiresAt,
}: ReservationRow): Reservation => ({
  orderId,
  status,
  lines,
  refusal: reason ? { reason, ...(refusedSku !== null && { sku: refusedSku }) } : null,
  expiresAt,
});
