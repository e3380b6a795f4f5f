import { PermanentError, type StockLine } from '@doorbuster/contracts';
import {
  ordinaryPool,
  poolKey,
  type LevelChange,
  type StockLevel,
  type StockPool,
  type StockPoolId,
} from '../../stock/domain/stock-pool.js';
import {
  STOCK_LEVEL_BY_STATUS,
  type Reservation,
  type ReservationStatus,
} from './reservation.state-machine.js';

/** The locked rows on which a batch decides. */
export interface StockState {
  /** By {@link poolKey}. A SKU without an entry is unknown. */
  levels: ReadonlyMap<string, StockPool>;
  /** By order. */
  reservations: ReadonlyMap<string, Reservation>;
}

export interface StateChanges {
  levels: LevelChange[];
  /** Reservations without a row. */
  opened: Reservation[];
  /** Reservations whose row has another status. */
  settled: Reservation[];
}

/** A working copy of the state. The commands of a batch change it one after the other. */
export class StockDraft {
  private readonly levels = new Map<string, StockPool>();
  private readonly reservations = new Map<string, Reservation>();
  private readonly commandIndices = new Map<string, number>();

  constructor(private readonly loaded: StockState) {}

  /** Undefined for an unknown SKU, and for one that is not in the sale. */
  pool(id: StockPoolId): StockPool | undefined {
    const key = poolKey(id);
    return this.levels.get(key) ?? this.loaded.levels.get(key);
  }

  reservationOf(orderId: string): Reservation | undefined {
    return this.reservations.get(orderId) ?? this.loaded.reservations.get(orderId);
  }

  /** Adds the first reservation of an order. */
  open(reservation: Reservation, commandIndex: number): void {
    this.reservations.set(reservation.orderId, reservation);
    this.moveUnits(reservation, 'available', STOCK_LEVEL_BY_STATUS[reservation.status], commandIndex);
  }

  settle(reservation: Reservation, status: ReservationStatus, commandIndex: number): Reservation {
    const settled = { ...reservation, status };
    this.reservations.set(settled.orderId, settled);
    const from = STOCK_LEVEL_BY_STATUS[reservation.status];
    this.moveUnits(settled, from, STOCK_LEVEL_BY_STATUS[status], commandIndex);
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

  /** Moves units between two levels of the same SKU, so no unit is created or lost. */
  private moveUnits({ lines }: Reservation, from: StockLevel, to: StockLevel, commandIndex: number): void {
    if (from === to) return;
    for (const line of lines) this.moveLine(line, from, to, commandIndex);
  }

  /** Units that return to a closed pool go to ordinary stock, because the sale is over. */
  private moveLine(line: StockLine, from: StockLevel, to: StockLevel, commandIndex: number): void {
    const { quantity } = line;
    const source = this.writable(line, commandIndex);
    const leavesSale = to === 'available' && !source.isOpen;
    const target = leavesSale ? this.writable(ordinaryPool(line), commandIndex) : source;
    source[from] -= quantity;
    target[to] += quantity;
    if (leavesSale) {
      source.received -= quantity;
      target.received += quantity;
    }
    if (source[from] < 0) throw new PermanentError(`${poolKey(line)}: ${from} would be ${source[from]}`);
  }

  private writable(id: StockPoolId, commandIndex: number): StockPool {
    const key = poolKey(id);
    this.commandIndices.set(key, commandIndex);
    const draft = this.levels.get(key);
    if (draft) return draft;
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
      const commandIndex = this.commandIndices.get(key);
      if (!before || commandIndex === undefined) continue;
      if (
        before.available === after.available &&
        before.reserved === after.reserved &&
        before.sold === after.sold
      ) {
        continue;
      }
      changes.push({ before, after, commandIndex });
    }
    return changes;
  }
}
