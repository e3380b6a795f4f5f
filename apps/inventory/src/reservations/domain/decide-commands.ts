import type { StockLine } from '@doorbuster/contracts';
import { poolKey } from '../../stock/domain/stock-pool.js';
import { isDue, transition, type Refusal, type Reservation } from './reservation.state-machine.js';
import { StockDraft, type StateChanges, type StockState } from './stock-draft.js';

export type StockCommand =
  | { kind: 'reserve'; orderId: string; lines: readonly StockLine[] }
  | { kind: 'commit' | 'release' | 'restock'; orderId: string }
  /** From the expiry job. It has no reply. */
  | { kind: 'expire'; orderId: string };

/** The reply to a command. A repeated command gets the same reply. */
export type StockReply =
  | { kind: 'reserved'; orderId: string; expiresAt: Date }
  | ({ kind: 'refused' | 'commit-refused'; orderId: string } & Refusal)
  | { kind: 'committed' | 'released' | 'restocked'; orderId: string };

export interface ReservationTerms {
  now: Date;
  /** How long a new reservation is held. */
  reservationTtlMs: number;
}

export interface StockDecision extends StateChanges {
  /** One a command, in order; `undefined` for a command without a reply. */
  replies: (StockReply | undefined)[];
}

/**
 * Decides a batch of commands as if they came one by one.
 *
 * @throws {IllegalReservationTransitionError} for an illegal command; then nothing of the batch is decided
 */
export function decideCommands(
  state: StockState,
  commands: readonly StockCommand[],
  terms: ReservationTerms,
): StockDecision {
  const draft = new StockDraft(state);
  const replies = commands.map((command, commandIndex) => decideOne(draft, command, commandIndex, terms));
  return { replies, ...draft.changes() };
}

function decideOne(
  draft: StockDraft,
  command: StockCommand,
  commandIndex: number,
  terms: ReservationTerms,
): StockReply | undefined {
  const { kind, orderId } = command;
  const reservation = expireIfDue(draft, orderId, commandIndex, terms.now);
  if (kind === 'expire') return undefined;
  if (kind === 'reserve' && !reservation) return reserve(draft, orderId, command.lines, commandIndex, terms);

  const { to, refusal } = transition(kind, reservation);
  if (to && reservation) draft.settle(reservation, to, commandIndex);
  else if (to) draft.open({ orderId, status: to, lines: [], refusal: null, expiresAt: null }, commandIndex);

  switch (kind) {
    case 'reserve':
      return reserveReply(
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

function expireIfDue(
  draft: StockDraft,
  orderId: string,
  commandIndex: number,
  now: Date,
): Reservation | undefined {
  const reservation = draft.reservationOf(orderId);
  if (!reservation || !isDue(reservation, now)) return reservation;
  const { to } = transition('expire', reservation);
  return to ? draft.settle(reservation, to, commandIndex) : reservation;
}

/** Reserves all lines, or none of them. */
function reserve(
  draft: StockDraft,
  orderId: string,
  requested: readonly StockLine[],
  commandIndex: number,
  { now, reservationTtlMs }: ReservationTerms,
): StockReply {
  const lines = onePerPool(requested);
  const refusal = shortage(draft, lines);
  const expiresAt = refusal ? null : new Date(now.getTime() + reservationTtlMs);
  const status = refusal ? 'REFUSED' : 'RESERVED';
  draft.open({ orderId, status, lines, refusal, expiresAt }, commandIndex);
  return reserveReply(orderId, refusal, expiresAt);
}

function shortage(draft: StockDraft, lines: readonly StockLine[]): Refusal | null {
  for (const line of lines) {
    const { sku, saleId, quantity } = line;
    const pool = draft.pool(line);
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

function reserveReply(
  orderId: string,
  refusal: Refusal | null | undefined,
  expiresAt: Date | null | undefined,
): StockReply {
  if (refusal) return { kind: 'refused', orderId, ...refusal };
  if (!expiresAt) throw new Error(`the reservation of order ${orderId} has no expiry time`);
  return { kind: 'reserved', orderId, expiresAt };
}
