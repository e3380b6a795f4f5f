import { PermanentError, type StockLine } from '@doorbuster/contracts';

type CommandKind = 'reserve' | 'commit' | 'release' | 'restock' | 'expire';
export type ReservationStatus = 'RESERVED' | 'COMMITTED' | 'RELEASED' | 'EXPIRED' | 'RESTOCKED' | 'REFUSED';

export type RefusalReason =
  | 'OUT_OF_STOCK'
  | 'UNKNOWN_SKU'
  | 'UNKNOWN_SALE'
  | 'SALE_ENDED'
  | 'ALREADY_RELEASED'
  | 'RESERVATION_EXPIRED'
  | 'NOT_RESERVED';

export interface Refusal {
  reason: RefusalReason;
  /** The SKU that caused the refusal, if it was a single one. */
  sku?: string | undefined;
}

/**
 * What inventory stores about one order, refusals included. RELEASED without lines is a tombstone: the order was given up
 * before its stock was reserved, so a late `reserve` is refused.
 */
export interface Reservation {
  orderId: string;
  status: ReservationStatus;
  /** One line a pool. */
  lines: readonly StockLine[];
  refusal: Refusal | null;
  expiresAt: Date | null;
}

/** The level of a pool that counts the units of a reservation. */
export const STOCK_LEVEL_BY_STATUS = {
  RESERVED: 'reserved',
  COMMITTED: 'sold',
  RELEASED: 'available',
  EXPIRED: 'available',
  RESTOCKED: 'available',
  REFUSED: 'available',
} as const satisfies Record<ReservationStatus, string>;

/** A due reservation holds nothing, whether or not the expiry job has found it. */
export const isDue = ({ status, expiresAt }: Reservation, now: Date): boolean =>
  status === 'RESERVED' && expiresAt !== null && expiresAt <= now;

interface Transition {
  /** The new status. Without it nothing changes. */
  to?: ReservationStatus;
  /** The reply to the command is this refusal. */
  refusal?: RefusalReason;
}

const STAY: Transition = {};
const ILLEGAL = 'illegal';
const to = (status: ReservationStatus): Transition => ({ to: status });
const refuse = (refusal: RefusalReason): Transition => ({ refusal });

/**
 * The effect of each command on an order in each status. No status is entered twice. From a status that refuses a commit,
 * no later commit succeeds, because the saga refunds the payment after the refusal.
 */
const TRANSITIONS: Record<CommandKind, Record<ReservationStatus | 'NONE', Transition | typeof ILLEGAL>> = {
  reserve: {
    NONE: to('RESERVED'), // or REFUSED, if stock is short: see `reserve` in decide-commands.ts
    RESERVED: STAY,
    COMMITTED: STAY,
    RELEASED: refuse('ALREADY_RELEASED'),
    EXPIRED: refuse('RESERVATION_EXPIRED'),
    RESTOCKED: refuse('ALREADY_RELEASED'),
    REFUSED: STAY, // with the stored refusal
  },
  commit: {
    NONE: { to: 'RELEASED', refusal: 'NOT_RESERVED' },
    RESERVED: to('COMMITTED'),
    COMMITTED: STAY,
    RELEASED: refuse('NOT_RESERVED'),
    EXPIRED: refuse('RESERVATION_EXPIRED'),
    RESTOCKED: refuse('NOT_RESERVED'),
    REFUSED: refuse('NOT_RESERVED'),
  },
  // The compensation of `reserve`. The checkout releases before its pivot and commits after it, never both. Releasing
  // committed stock is a bug of the sender; it becomes a dead letter.
  release: {
    NONE: to('RELEASED'),
    RESERVED: to('RELEASED'),
    COMMITTED: ILLEGAL,
    RELEASED: STAY,
    EXPIRED: STAY,
    RESTOCKED: STAY,
    REFUSED: STAY,
  },
  // Takes a sold order back, and is the compensation of a `commit` that may have been refused or lost. Afterwards the
  // order holds nothing; its earlier status does not matter.
  restock: {
    NONE: to('RELEASED'),
    RESERVED: to('RELEASED'),
    COMMITTED: to('RESTOCKED'),
    RELEASED: STAY,
    EXPIRED: STAY,
    RESTOCKED: STAY,
    REFUSED: STAY,
  },
  expire: {
    NONE: ILLEGAL,
    RESERVED: to('EXPIRED'),
    COMMITTED: STAY,
    RELEASED: STAY,
    EXPIRED: STAY,
    RESTOCKED: STAY,
    REFUSED: STAY,
  },
};

/** @throws {IllegalReservationTransitionError} for a command that is illegal in this status */
export function transition(command: CommandKind, reservation: Reservation | undefined): Transition {
  const next = TRANSITIONS[command][reservation?.status ?? 'NONE'];
  if (next === ILLEGAL) throw new IllegalReservationTransitionError(command, reservation);
  return next;
}

/** A bug of the sender; the command becomes a dead letter. */
export class IllegalReservationTransitionError extends PermanentError {
  override readonly name = 'IllegalReservationTransitionError';
  readonly code = 'ILLEGAL_TRANSITION';
  constructor(command: CommandKind, reservation: Reservation | undefined) {
    super(
      `cannot ${command} order ${reservation?.orderId ?? '(unknown)'}: it is ${reservation?.status ?? 'NONE'}`,
    );
  }
}
