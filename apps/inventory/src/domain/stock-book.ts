import { PermanentError, type StockLine } from '@doorbuster/contracts';
import { ordinaryPool, poolKey, type Pool, type PoolId, type Level } from './pool.js';
import { PLACE_OF_UNITS, type Reservation, type ReservationStatus } from './reservation.js';

/** What a batch has loaded, and locked, before it decides. */
export interface StockState {
  /** By {@link poolKey}. A SKU without an entry is unknown to the inventory. */
  levels: ReadonlyMap<string, Pool>;
  /** By order. */
  reservations: ReadonlyMap<string, Reservation>;
}

export interface LevelChange {
  before: Pool;
  after: Pool;
  /** Position of the command that moved units of this pool last. */
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
  private readonly levels = new Map<string, Pool>();
  private readonly reservations = new Map<string, Reservation>();
  private readonly causes = new Map<string, number>();

  constructor(private readonly loaded: StockState) {}

  /** Undefined for an unknown SKU, or one that the sale does not sell. */
  pool(id: PoolId): Pool | undefined {
    const key = poolKey(id);
    return this.levels.get(key) ?? this.loaded.levels.get(key);
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
  private moveUnits({ lines }: Reservation, from: Level, to: Level, cause: number): void {
    if (from === to) return;
    for (const line of lines) this.moveLine(line, from, to, cause);
  }

  /** What comes back to a sale that is over comes back to ordinary stock. */
  private moveLine(line: StockLine, from: Level, to: Level, cause: number): void {
    const { quantity } = line;
    const source = this.writable(line, cause);
    const goesHome = to === 'available' && !source.isOpen;
    const target = goesHome ? this.writable(ordinaryPool(line), cause) : source;
    source[from] -= quantity;
    target[to] += quantity;
    if (goesHome) {
      source.received -= quantity;
      target.received += quantity;
    }
    if (source[from] < 0) throw new PermanentError(`${poolKey(line)}: ${from} would be ${source[from]}`);
  }

  private writable(id: PoolId, cause: number): Pool {
    const key = poolKey(id);
    this.causes.set(key, cause);
    const mine = this.levels.get(key);
    if (mine) return mine;
    const loaded = this.loaded.levels.get(key);
    if (!loaded) throw new Error(`the levels of ${key} were not loaded`);
    const copy = { ...loaded };
    this.levels.set(key, copy);
    return copy;
  }

  private levelChanges(): LevelChange[] {
    const changes: LevelChange[] = [];
    for (const [key, after] of this.levels) {
      const before = this.loaded.levels.get(key);
      const cause = this.causes.get(key);
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
