import type { StockLevels } from '@doorbuster/contracts';
import { PLACE_OF_UNITS, type Reservation, type ReservationStatus } from './reservation.js';

/** What a batch has loaded, and locked, before it decides. */
export interface StockState {
  /** By SKU. A SKU without an entry is unknown to the inventory. */
  levels: ReadonlyMap<string, StockLevels>;
  /** By order. */
  reservations: ReadonlyMap<string, Reservation>;
}

export interface LevelChange {
  before: StockLevels;
  after: StockLevels;
  /** Position of the command that moved units of this SKU last. */
  cause: number;
}

export interface StateChanges {
  levels: LevelChange[];
  /** Reservations that had no row when the state was loaded. */
  opened: Reservation[];
  /** Reservations whose status is another than the one loaded. */
  settled: Reservation[];
}

/** A working copy of the state, on which the commands of a batch act one after the other. */
export class StockBook {
  private readonly levels = new Map<string, StockLevels>();
  private readonly reservations = new Map<string, Reservation>();
  private readonly causes = new Map<string, number>();

  constructor(private readonly loaded: StockState) {}

  /** Undefined for an unknown SKU. */
  available(sku: string): number | undefined {
    return (this.levels.get(sku) ?? this.loaded.levels.get(sku))?.available;
  }

  reservationOf(orderId: string): Reservation | undefined {
    return this.reservations.get(orderId) ?? this.loaded.reservations.get(orderId);
  }

  /** Enters an order's first reservation. */
  open(reservation: Reservation, cause: number): void {
    this.reservations.set(reservation.orderId, reservation);
    this.moveUnits(reservation, 'available', PLACE_OF_UNITS[reservation.status], cause);
  }

  settle(reservation: Reservation, status: ReservationStatus, cause: number): Reservation {
    const settled = { ...reservation, status };
    this.reservations.set(settled.orderId, settled);
    this.moveUnits(settled, PLACE_OF_UNITS[reservation.status], PLACE_OF_UNITS[status], cause);
    return settled;
  }

  changes(): StateChanges {
    const touched = [...this.reservations.values()];
    const before = this.loaded.reservations;
    return {
      levels: this.levelChanges(),
      opened: touched.filter(({ orderId }) => !before.has(orderId)),
      settled: touched.filter(({ orderId }) => before.has(orderId)),
    };
  }

  /** Units only ever move between two levels of the same SKU, so none is made and none is lost. */
  private moveUnits(
    { lines }: Reservation,
    from: keyof Omit<StockLevels, 'sku'>,
    to: keyof Omit<StockLevels, 'sku'>,
    cause: number,
  ): void {
    if (from === to) return;
    for (const { sku, quantity } of lines) {
      const levels = this.writable(sku);
      levels[from] -= quantity;
      levels[to] += quantity;
      if (levels[from] < 0) throw new Error(`${sku}: ${from} would be ${levels[from]}`);
      this.causes.set(sku, cause);
    }
  }

  private writable(sku: string): StockLevels {
    const mine = this.levels.get(sku);
    if (mine) return mine;
    const loaded = this.loaded.levels.get(sku);
    if (!loaded) throw new Error(`the levels of ${sku} were not loaded`);
    const copy = { ...loaded };
    this.levels.set(sku, copy);
    return copy;
  }

  private levelChanges(): LevelChange[] {
    const changes: LevelChange[] = [];
    for (const [sku, after] of this.levels) {
      const before = this.loaded.levels.get(sku);
      const cause = this.causes.get(sku);
      if (!before || cause === undefined) continue;
      if (
        before.available === after.available &&
        before.reserved === after.reserved &&
        before.sold === after.sold
      ) {
        continue;
      }
      changes.push({ before, after, cause });
    }
    return changes;
  }
}
