import type { StockLine } from '@doorbuster/contracts';
import type { ReservationTerms } from '../src/reservations/domain/decide-commands.js';
import { poolKey, type StockPool } from '../src/stock/domain/stock-pool.js';
import type { Reservation } from '../src/reservations/domain/reservation.state-machine.js';
import type { StockState, StateChanges } from '../src/reservations/domain/stock-draft.js';

export const NOW = new Date('2026-01-01T12:00:00.000Z');
export const TERMS: ReservationTerms = { now: NOW, reservationTtlMs: 600_000 };
export const IN_TEN_MINUTES = new Date('2026-01-01T12:10:00.000Z');

export const line = (sku: string, quantity: number): StockLine => ({ sku, quantity });

/** `stock({ TEE: 3 })`: three units received and available. */
export const stock = (available: Record<string, number>): StockState => ({
  levels: new Map(
    Object.entries(available).map(([sku, units]): [string, StockPool] => [
      sku,
      { sku, available: units, reserved: 0, sold: 0, received: units, isOpen: true },
    ]),
  ),
  reservations: new Map(),
});

/** The state that the next batch would load after these changes. */
export function save(state: StockState, { levels, opened, settled }: StateChanges): StockState {
  const next = { levels: new Map(state.levels), reservations: new Map(state.reservations) };
  for (const { after } of levels) next.levels.set(poolKey(after), after);
  for (const reservation of [...opened, ...settled]) next.reservations.set(reservation.orderId, reservation);
  return next;
}

export const statusOf = (state: StockState, orderId: string): Reservation['status'] | undefined =>
  state.reservations.get(orderId)?.status;
