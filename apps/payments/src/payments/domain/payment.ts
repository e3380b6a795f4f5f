import type { Money } from '@doorbuster/contracts';
import {
  nextStatus,
  operationOf,
  OPERATIONS,
  type Operation,
  type PaymentStatus,
  type Trigger,
} from './payment.state-machine.js';

/** The saga step that a reply is for, and the trace of its command. */
export interface ReplyContext {
  traceparent: string;
  sagaid?: string | undefined;
  sagastep?: string | undefined;
}

/** The payment of one order. */
export interface Payment {
  orderId: string;
  status: PaymentStatus;
  /** Null if a void or refund came before any authorisation. */
  amount: Money | null;
  method: string | null;
  /** The provider's name for the authorisation. */
  reference: string | null;
  capturedAmount: number;
  refundedAmount: number;
  /** The reason of a decline or a refused capture: a code, or `<code>: <the provider's code>`. */
  reason: string | null;
  /** Calls to the provider for the current operation. */
  attempts: number;
  /** True while a replica holds the lease; after `dueInMs` another may retry. */
  isLeased: boolean;
  /** Time until the next call to the provider; null if there is no current operation. */
  dueInMs: number | null;
  /** The latest command of each kind that has no reply yet. */
  awaiting: Partial<Record<Operation, ReplyContext>>;
}

export type ReplyOutcome =
  | { kind: 'authorised' | 'captured' | 'voided' | 'refunded' }
  | { kind: 'declined' | 'captureRefused'; reason: string };

export interface PaymentReply {
  orderId: string;
  replyTo: ReplyContext;
  outcome: ReplyOutcome;
}

/** The provider gave no answer to the authorisation in time. The payment is voided, in case the money is held. */
export const PAYMENT_TIMEOUT = 'PAYMENT_TIMEOUT';
const ALREADY_VOIDED = 'ALREADY_VOIDED';

export const newPayment = (orderId: string): Payment => ({
  orderId,
  status: 'NEW',
  amount: null,
  method: null,
  reference: null,
  capturedAmount: 0,
  refundedAmount: 0,
  reason: null,
  attempts: 0,
  isLeased: false,
  dueInMs: null,
  awaiting: {},
});

/**
 * Changes the status by the transition table. The call to the provider for a new operation is due at once.
 *
 * @throws {IllegalPaymentTransitionError}
 */
export function transition(payment: Payment, trigger: Trigger): Payment {
  const status = nextStatus(payment.status, trigger);
  if (status === payment.status) return payment;
  const dueInMs = operationOf(status) === undefined ? null : 0;
  return { ...payment, status, attempts: 0, isLeased: false, dueInMs };
}

/** Ends a back-off, so that the next call is due now. A current call is not affected. */
export function expedite(payment: Payment): Payment {
  if (payment.dueInMs === null || (payment.isLeased && payment.dueInMs > 0)) return payment;
  return { ...payment, isLeased: false, dueInMs: 0 };
}

export const isDue = ({ dueInMs }: Payment): boolean => dueInMs !== null && dueInMs <= 0;

/** Leases the next attempt to this replica. Without a result after `leaseMs` another replica may retry. */
export const lease = (payment: Payment, leaseMs: number): Payment => ({
  ...payment,
  attempts: payment.attempts + 1,
  isLeased: true,
  dueInMs: leaseMs,
});

/** Replies to each awaiting command whose outcome is known. */
export function resolveReplies(payment: Payment): { payment: Payment; replies: PaymentReply[] } {
  const replies: PaymentReply[] = [];
  const awaiting: Payment['awaiting'] = {};
  for (const command of OPERATIONS) {
    const replyTo = payment.awaiting[command];
    if (!replyTo) continue;
    const outcome = outcomeOf(command, payment);
    if (outcome) replies.push({ orderId: payment.orderId, replyTo, outcome });
    else awaiting[command] = replyTo;
  }
  return { payment: replies.length === 0 ? payment : { ...payment, awaiting }, replies };
}

/** The reply depends on the payment alone, so a repeated command gets the same reply. Undefined until it is known. */
function outcomeOf(command: Operation, payment: Payment): ReplyOutcome | undefined {
  switch (command) {
    case 'authorise':
      return authorisationOutcome(payment);
    case 'capture':
      return captureOutcome(payment);
    case 'void':
      return isGivenBack(payment) ? { kind: 'voided' } : undefined;
    case 'refund':
      return isGivenBack(payment) ? { kind: 'refunded' } : undefined;
  }
}

function authorisationOutcome({ status, reason }: Payment): ReplyOutcome | undefined {
  switch (status) {
    case 'NEW':
    case 'AUTHORISING':
      return undefined;
    case 'DECLINED':
      return { kind: 'declined', reason: reason ?? ALREADY_VOIDED };
    case 'VOIDING':
    case 'VOIDED':
      return { kind: 'declined', reason: reason === PAYMENT_TIMEOUT ? reason : ALREADY_VOIDED };
    case 'AUTHORISED':
    case 'CAPTURING':
    case 'CAPTURED':
    case 'REFUNDING':
    case 'REFUNDED':
      return { kind: 'authorised' };
  }
}

function captureOutcome({ status, reason }: Payment): ReplyOutcome | undefined {
  switch (status) {
    case 'NEW':
    case 'AUTHORISING':
    case 'AUTHORISED':
    case 'CAPTURING':
      return undefined;
    case 'VOIDING':
      // A refund can overtake a capture that the provider has already made. The void finds out.
      return reason === null ? undefined : { kind: 'captureRefused', reason };
    case 'DECLINED':
    case 'VOIDED':
      return { kind: 'captureRefused', reason: reason ?? ALREADY_VOIDED };
    case 'CAPTURED':
    case 'REFUNDING':
    case 'REFUNDED':
      return { kind: 'captured' };
  }
}

const isGivenBack = ({ status }: Payment): boolean =>
  status === 'DECLINED' || status === 'VOIDED' || status === 'REFUNDED';
