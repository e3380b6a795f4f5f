import type { Money } from '@doorbuster/contracts';
import { next, operationOf, type Operation, type PaymentStatus, type Trigger } from './payment-status.js';

/** Whom to answer once the answer is known: the saga's step, in the command's trace. */
export interface ReplyContext {
  traceparent: string;
  sagaid?: string | undefined;
  sagastep?: string | undefined;
}

/** The payment of one order. */
export interface Payment {
  orderId: string;
  status: PaymentStatus;
  /** Null on a tombstone: no authorisation was ever ordered. */
  amount: Money | null;
  method: string | null;
  /** The provider's name for what it holds. */
  reference: string | null;
  capturedAmount: number;
  refundedAmount: number;
  /** Why it was declined, or why it was voided without anybody ordering it. */
  reason: string | null;
  /** How often the provider was asked for the operation under way. */
  attempts: number;
  /** Somebody is asking the provider right now, unless `dueInMs` has passed: then whoever asked has crashed. */
  isBeingAsked: boolean;
  /** When the provider is to be asked (again), from now; null when there is nothing to ask. */
  dueInMs: number | null;
  /** The latest command of each kind that has no answer yet. */
  awaiting: Partial<Record<Operation, ReplyContext>>;
}

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
  isBeingAsked: false,
  dueInMs: null,
  awaiting: {},
});

/**
 * Moves the payment as the table of transitions says; whatever the provider must be asked for then is due at once.
 *
 * @throws {IllegalTransitionError}
 */
export function move(payment: Payment, trigger: Trigger): Payment {
  const status = next(payment.status, trigger);
  if (status === payment.status) return payment;
  const dueInMs = operationOf(status) === undefined ? null : 0;
  return { ...payment, status, attempts: 0, isBeingAsked: false, dueInMs };
}

/** Asks without waiting for the end of a back-off; a call under way is left alone. */
export function hurry(payment: Payment): Payment {
  if (payment.dueInMs === null || (payment.isBeingAsked && payment.dueInMs > 0)) return payment;
  return { ...payment, isBeingAsked: false, dueInMs: 0 };
}

export const isDue = ({ dueInMs }: Payment): boolean => dueInMs !== null && dueInMs <= 0;

/** Takes the next attempt for whoever asks the provider now. After `leaseMs` without a result anybody may ask again. */
export const lease = (payment: Payment, leaseMs: number): Payment => ({
  ...payment,
  attempts: payment.attempts + 1,
  isBeingAsked: true,
  dueInMs: leaseMs,
});
