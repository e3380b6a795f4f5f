import { PermanentError, type StockLine } from '@doorbuster/contracts';

export type CommandKind = 'reserve' | 'commit' | 'release' | 'restock' | 'expire';
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
  /** The SKU that could not be had, where it is one SKU's fault. */
  sku?: string | undefined;
}

/**
 * All that inventory remembers about one order. A refusal is remembered too; RELEASED without lines is the tombstone of
 * an order that was given up before its stock was ever reserved.
 */
export interface Reservation {
  orderId: string;
  status: ReservationStatus;
  /** One line a pool. */
  lines: readonly StockLine[];
  refusal: Refusal | null;
  expiresAt: Date | null;
}

/** In which of a pool's levels the units of a reservation are counted. */
export const PLACE_OF_UNITS = {
  RESERVED: 'reserved',
  COMMITTED: 'sold',
  RELEASED: 'available',
  EXPIRED: 'available',
  RESTOCKED: 'available',
  REFUSED: 'available',
} as const satisfies Record<ReservationStatus, string>;

/** Past its time a reservation holds nothing any more, whether or not the sweep has been there. */
export const isDue = ({ status, expiresAt }: Reservation, now: Date): boolean =>
  status === 'RESERVED' && expiresAt !== null && expiresAt <= now;

export interface Transition {
  /** The status afterwards; without it nothing changes. */
  to?: ReservationStatus;
  /** The command is answered with this refusal. */
  refusal?: RefusalReason;
}

const STAY: Transition = {};
const ILLEGAL = 'illegal';
const to = (status: ReservationStatus): Transition => ({ to: status });
const refuse = (refusal: RefusalReason): Transition => ({ refusal });

/**
 * What each command makes of an order in each status. No status is ever entered twice, and from a status that a commit
 * is refused in no commit ever succeeds: whoever hears the refusal pays the money back.
 */
const TRANSITIONS: Record<CommandKind, Record<ReservationStatus | 'NONE', Transition | typeof ILLEGAL>> = {
  reserve: {
    NONE: to('RESERVED'), // or REFUSED: the stock decides, see `reserve` in decide-commands.ts
    RESERVED: STAY,
    COMMITTED: STAY,
    RELEASED: refuse('ALREADY_RELEASED'),
    EXPIRED: refuse('RESERVATION_EXPIRED'),
    RESTOCKED: refuse('ALREADY_RELEASED'),
    REFUSED: STAY, // and the refusal that is remembered
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
  // The compensation of `reserve`. The checkout releases before its pivot and commits after it, never both: whoever
  // releases what is sold is wrong about the order, and a person has to look.
  release: {
    NONE: to('RELEASED'),
    RESERVED: to('RELEASED'),
    COMMITTED: ILLEGAL,
    RELEASED: STAY,
    EXPIRED: STAY,
    RESTOCKED: STAY,
    REFUSED: STAY,
  },
  // Cancels a sale, and is the compensation of a `commit` that may have been refused or lost: afterwards nothing is
  // held for the order, whatever was before.
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

/** @throws {IllegalTransitionError} when the command makes no sense in this status */
export function transition(command: CommandKind, reservation: Reservation | undefined): Transition {
  const next = TRANSITIONS[command][reservation?.status ?? 'NONE'];
  if (next === ILLEGAL) throw new IllegalTransitionError(command, reservation);
  return next;
}

/** A bug in whoever sent the command; it becomes a dead letter. */
export class IllegalTransitionError extends PermanentError {
  override readonly name = 'IllegalTransitionError';
  readonly code = 'ILLEGAL_TRANSITION';
  constructor(command: CommandKind, reservation: Reservation | undefined) {
    super(
      `cannot ${command} order ${reservation?.orderId ?? '(unknown)'}: it is ${reservation?.status ?? 'NONE'}`,
    );
  }
}
