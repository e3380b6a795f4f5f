import type { StockLine } from '@doorbuster/contracts';
import { poolKey } from './pool.js';
import { isDue, transition, type Refusal, type Reservation } from './reservation.js';
import { StockBook, type StateChanges, type StockState } from './stock-book.js';
import type { Answer, StockCommand } from './stock-commands.js';

export interface Terms {
  now: Date;
  /** How long a new reservation is held. */
  reservationTtlMs: number;
}

export interface Decision extends StateChanges {
  /** One a command, in order; `undefined` for commands that nobody waits for. */
  answers: (Answer | undefined)[];
}

/**
 * Decides a batch of commands as if they had come one by one.
 *
 * @throws {IllegalTransitionError} for a command that makes no sense; nothing of the batch is decided then
 */
export function decideCommands(state: StockState, commands: readonly StockCommand[], terms: Terms): Decision {
  const book = new StockBook(state);
  const answers = commands.map((command, position) => decideOne(book, command, position, terms));
  return { answers, ...book.changes() };
}

function decideOne(
  book: StockBook,
  command: StockCommand,
  position: number,
  terms: Terms,
): Answer | undefined {
  const { kind, orderId } = command;
  const reservation = expireIfDue(book, orderId, position, terms.now);
  if (kind === 'expire') return undefined;
  if (kind === 'reserve' && !reservation) return reserve(book, orderId, command.lines, position, terms);

  const { to, refusal } = transition(kind, reservation);
  if (to && reservation) book.settle(reservation, to, position);
  else if (to) book.open({ orderId, status: to, lines: [], refusal: null, expiresAt: null }, position);

  switch (kind) {
    case 'reserve':
      return reserveAnswer(
        orderId,
        refusal ? { reason: refusal } : reservation?.refusal,
        reservation?.expiresAt,
      );
    case 'commit':
      return refusal ? { kind: 'commit-refused', orderId, reason: refusal } : { kind: 'committed', orderId };
    case 'release':
      return { kind: 'released', orderId };
    case 'restock':
      return { kind: 'restocked', orderId };
  }
}

function expireIfDue(book: StockBook, orderId: string, position: number, now: Date): Reservation | undefined {
  const reservation = book.reservationOf(orderId);
  if (!reservation || !isDue(reservation, now)) return reservation;
  const { to } = transition('expire', reservation);
  return to ? book.settle(reservation, to, position) : reservation;
}

/** All of the lines or none of them. */
function reserve(
  book: StockBook,
  orderId: string,
  requested: readonly StockLine[],
  position: number,
  { now, reservationTtlMs }: Terms,
): Answer {
  const lines = onePerPool(requested);
  const refusal = shortage(book, lines);
  const expiresAt = refusal ? null : new Date(now.getTime() + reservationTtlMs);
  book.open({ orderId, status: refusal ? 'REFUSED' : 'RESERVED', lines, refusal, expiresAt }, position);
  return reserveAnswer(orderId, refusal, expiresAt);
}

function shortage(book: StockBook, lines: readonly StockLine[]): Refusal | null {
  for (const line of lines) {
    const { sku, saleId, quantity } = line;
    const pool = book.pool(line);
    if (!pool) return { reason: saleId === undefined ? 'UNKNOWN_SKU' : 'UNKNOWN_SALE', sku };
    if (!pool.isOpen) return { reason: 'SALE_ENDED', sku };
    if (pool.available < quantity) return { reason: 'OUT_OF_STOCK', sku };
  }
  return null;
}

function onePerPool(lines: readonly StockLine[]): StockLine[] {
  const sums = new Map<string, StockLine>();
  for (const line of lines) {
    const key = poolKey(line);
    sums.set(key, { ...line, quantity: (sums.get(key)?.quantity ?? 0) + line.quantity });
  }
  return [...sums.values()];
}

function reserveAnswer(
  orderId: string,
  refusal: Refusal | null | undefined,
  expiresAt: Date | null | undefined,
): Answer {
  if (refusal) return { kind: 'refused', orderId, ...refusal };
  if (!expiresAt) throw new Error(`order ${orderId} is reserved without an end`);
  return { kind: 'reserved', orderId, expiresAt };
}
