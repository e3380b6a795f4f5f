import type { StockLine } from '@doorbuster/contracts';
import type { Terms } from '../../src/domain/decide-commands.js';
import { poolKey, type Pool } from '../../src/domain/pool.js';
import type { Reservation } from '../../src/domain/reservation.js';
import type { StockState, StateChanges } from '../../src/domain/stock-book.js';

export const NOW = new Date('2026-01-01T12:00:00.000Z');
export const TERMS: Terms = { now: NOW, reservationTtlMs: 600_000 };
export const IN_TEN_MINUTES = new Date('2026-01-01T12:10:00.000Z');

export const line = (sku: string, quantity: number): StockLine => ({ sku, quantity });

/** `stock({ TEE: 3 })`: three received and available. */
export const stock = (available: Record<string, number>): StockState => ({
  levels: new Map(
    Object.entries(available).map(([sku, units]): [string, Pool] => [
      sku,
      { sku, available: units, reserved: 0, sold: 0, received: units, isOpen: true },
    ]),
  ),
  reservations: new Map(),
});

/** What the next batch would load after these changes were saved. */
export function save(state: StockState, { levels, opened, settled }: StateChanges): StockState {
  const next = { levels: new Map(state.levels), reservations: new Map(state.reservations) };
  for (const { after } of levels) next.levels.set(poolKey(after), after);
  for (const reservation of [...opened, ...settled]) next.reservations.set(reservation.orderId, reservation);
  return next;
}

export const statusOf = (state: StockState, orderId: string): Reservation['status'] | undefined =>
  state.reservations.get(orderId)?.status;
