import { PermanentError } from '@doorbuster/contracts';

/** `NEW` is a payment of which nothing is known yet; it is never stored. */
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

/** What the provider can be asked for, and what the commands ask us for. */
export const OPERATIONS = ['authorise', 'capture', 'void', 'refund'] as const;
export type Operation = (typeof OPERATIONS)[number];

/** What moves a payment: a command, or what asking the provider came to. */
export type Trigger =
  Operation | 'authorised' | 'declined' | 'gaveUp' | 'captured' | 'captureRefused' | 'voided' | 'refunded';

/**
 * The whole life of a payment. What is not here is illegal, and what leads back to the same status changes nothing: it
 * is answered at once or when the operation under way is done.
 *
 * - A void or refund of nothing leaves a tombstone, so that a late authorisation is refused.
 * - A refund of what is held only lets the hold go; a refund of what is being captured waits for the capture.
 * - Money never stays held behind a failure: a capture that the provider refuses and an authorisation that we gave up
 *   waiting for are voided.
 * - A void of what was or may have been captured is illegal: no saga orders it, so an operator must look.
 */
const TRANSITIONS: Record<PaymentStatus, Partial<Record<Trigger, PaymentStatus>>> = {
  NEW: { authorise: 'AUTHORISING', void: 'VOIDED', refund: 'VOIDED' },
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
  VOIDING: { authorise: 'VOIDING', capture: 'VOIDING', void: 'VOIDING', refund: 'VOIDING', voided: 'VOIDED' },
  VOIDED: { authorise: 'VOIDED', capture: 'VOIDED', void: 'VOIDED', refund: 'VOIDED' },
  REFUNDING: {
    authorise: 'REFUNDING',
    capture: 'REFUNDING',
    void: 'REFUNDING',
    refund: 'REFUNDING',
    refunded: 'REFUNDED',
  },
  REFUNDED: { authorise: 'REFUNDED', capture: 'REFUNDED', void: 'REFUNDED', refund: 'REFUNDED' },
};

/** @throws {IllegalTransitionError} when the table does not have it */
export function next(status: PaymentStatus, trigger: Trigger): PaymentStatus {
  const to = TRANSITIONS[status][trigger];
  if (to === undefined) throw new IllegalTransitionError(status, trigger);
  return to;
}

/** What the provider must be asked for in this status. */
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

/** A bug, here or in whoever sent the command. */
export class IllegalTransitionError extends PermanentError {
  readonly code = 'ILLEGAL_TRANSITION';
  constructor(
    readonly status: PaymentStatus,
    readonly trigger: Trigger,
  ) {
    super(`a payment that is ${status} cannot take "${trigger}"`);
  }
}
