import { PermanentError } from '@doorbuster/contracts';

/** `NEW` is a payment without a row: no command for the order has arrived yet. */
export type PaymentStatus =
  | 'NEW'
  | 'AUTHORISING'
  | 'AUTHORISED'
  | 'DECLINED'
  | 'CAPTURING'
  | 'CAPTURED'
  | 'VOIDING'
  | 'VOIDED'
  | 'REFUNDING'
  | 'REFUNDED';

/** The operations of the provider. The commands of the saga have the same names. */
export const OPERATIONS = ['authorise', 'capture', 'void', 'refund'] as const;
export type Operation = (typeof OPERATIONS)[number];

/** A command, or an outcome of a call to the provider. */
export type Trigger =
  Operation | 'authorised' | 'declined' | 'gaveUp' | 'captured' | 'captureRefused' | 'voided' | 'refunded';

/**
 * All transitions of a payment. Any other transition is illegal. A transition to the same status changes nothing: the
 * command gets its reply at once, or when the current operation ends.
 *
 * - A void or refund before any authorisation asks the provider to void, because a process may have asked for an
 *   authorisation and not stored it yet. It leaves a tombstone (`VOIDED`), which refuses a late authorisation.
 * - A refund of an authorised payment voids it. A refund during a capture waits for the capture.
 * - A refused capture and an authorisation that timed out are voided, so that no money stays held.
 * - A success that arrives after a void is undone: `authorised` is voided again, `captured` is refunded.
 * - A void during or after a capture is illegal. No saga sends it, so it becomes a dead letter.
 */
const TRANSITIONS: Record<PaymentStatus, Partial<Record<Trigger, PaymentStatus>>> = {
  NEW: { authorise: 'AUTHORISING', void: 'VOIDING', refund: 'VOIDING' },
  AUTHORISING: {
    authorise: 'AUTHORISING',
    void: 'VOIDING',
    refund: 'VOIDING',
    authorised: 'AUTHORISED',
    declined: 'DECLINED',
    gaveUp: 'VOIDING',
  },
  AUTHORISED: { authorise: 'AUTHORISED', capture: 'CAPTURING', void: 'VOIDING', refund: 'VOIDING' },
  DECLINED: { authorise: 'DECLINED', capture: 'DECLINED', void: 'DECLINED', refund: 'DECLINED' },
  CAPTURING: {
    authorise: 'CAPTURING',
    capture: 'CAPTURING',
    refund: 'CAPTURING',
    captured: 'CAPTURED',
    captureRefused: 'VOIDING',
  },
  CAPTURED: { authorise: 'CAPTURED', capture: 'CAPTURED', refund: 'REFUNDING' },
  VOIDING: {
    authorise: 'VOIDING',
    capture: 'VOIDING',
    void: 'VOIDING',
    refund: 'VOIDING',
    voided: 'VOIDED',
    captured: 'REFUNDING',
  },
  VOIDED: {
    authorise: 'VOIDED',
    capture: 'VOIDED',
    void: 'VOIDED',
    refund: 'VOIDED',
    authorised: 'VOIDING',
    captured: 'REFUNDING',
  },
  REFUNDING: {
    authorise: 'REFUNDING',
    capture: 'REFUNDING',
    void: 'REFUNDING',
    refund: 'REFUNDING',
    refunded: 'REFUNDED',
  },
  REFUNDED: { authorise: 'REFUNDED', capture: 'REFUNDED', void: 'REFUNDED', refund: 'REFUNDED' },
};

/** Whether the trigger is legal in this status. */
export const allows = (status: PaymentStatus, trigger: Trigger): boolean =>
  TRANSITIONS[status][trigger] !== undefined;

/** @throws {IllegalPaymentTransitionError} */
export function nextStatus(status: PaymentStatus, trigger: Trigger): PaymentStatus {
  const to = TRANSITIONS[status][trigger];
  if (to === undefined) throw new IllegalPaymentTransitionError(status, trigger);
  return to;
}

/** The operation to call the provider for in this status. */
export function operationOf(status: PaymentStatus): Operation | undefined {
  switch (status) {
    case 'AUTHORISING':
      return 'authorise';
    case 'CAPTURING':
      return 'capture';
    case 'VOIDING':
      return 'void';
    case 'REFUNDING':
      return 'refund';
    default:
      return undefined;
  }
}

/** A bug here or in the sender of the command. */
export class IllegalPaymentTransitionError extends PermanentError {
  override readonly name = 'IllegalPaymentTransitionError';
  readonly code = 'ILLEGAL_TRANSITION';
  constructor(
    readonly status: PaymentStatus,
    readonly trigger: Trigger,
  ) {
    super(`a payment that is ${status} cannot take "${trigger}"`);
  }
}
