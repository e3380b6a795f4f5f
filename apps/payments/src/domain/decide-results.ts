import { settle, type Answer } from './answers.js';
import { backoffMs, type Backoff } from './backoff.js';
import type { Decision } from './decide-commands.js';
import { operationOf, type Operation } from './payment-status.js';
import { move, type Payment } from './payment.js';
import { captureRefusedBecause, declinedBecause, PAYMENT_TIMEOUT } from './reasons.js';

/** What asking the provider came to. `unknown`: it threw, or did not answer in time; it may have done it or not. */
export type ProviderOutcome =
  | { kind: 'authorised'; reference: string }
  | { kind: 'declined'; reason: string }
  | { kind: 'captured' | 'voided' | 'refunded' }
  | { kind: 'captureRefused'; reason: string }
  | { kind: 'unknown'; error: unknown };

export interface OperationResult {
  orderId: string;
  operation: Operation;
  outcome: ProviderOutcome;
}

export interface ResultRules {
  /** After so many attempts without an answer the payment is declined, and voided by our own key. */
  authoriseAttemptsMax: number;
  backoff: Backoff;
  /** In [0, 1), for the jitter. */
  random: () => number;
}

/** Results that have been overtaken (the payment has moved on meanwhile) change nothing. */
export function decideResults(
  known: ReadonlyMap<string, Payment>,
  results: readonly OperationResult[],
  rules: ResultRules,
): Decision {
  const changed = new Map<string, Payment>();
  const answers: Answer[] = [];
  for (const result of results) {
    const before = changed.get(result.orderId) ?? known.get(result.orderId);
    if (!before || operationOf(before.status) !== result.operation) continue;
    const settled = settle(goOn(learn(before, result, rules)));
    answers.push(...settled.answers);
    changed.set(before.orderId, settled.payment);
  }
  return { changed: [...changed.values()], answers };
}

function learn(payment: Payment, { operation, outcome }: OperationResult, rules: ResultRules): Payment {
  switch (outcome.kind) {
    case 'authorised':
      return { ...move(payment, 'authorised'), reference: outcome.reference };
    case 'declined':
      return { ...move(payment, 'declined'), reason: declinedBecause(outcome.reason) };
    case 'captured':
      return { ...move(payment, 'captured'), capturedAmount: payment.amount?.amount ?? 0 };
    case 'captureRefused':
      return { ...move(payment, 'captureRefused'), reason: captureRefusedBecause(outcome.reason) };
    case 'voided':
      return move(payment, 'voided');
    case 'refunded':
      return { ...move(payment, 'refunded'), refundedAmount: payment.capturedAmount };
    case 'unknown':
      return operation === 'authorise' && payment.attempts >= rules.authoriseAttemptsMax
        ? { ...move(payment, 'gaveUp'), reason: PAYMENT_TIMEOUT }
        : askAgainLater(payment, rules);
  }
}

const askAgainLater = (payment: Payment, { backoff, random }: ResultRules): Payment => ({
  ...payment,
  isBeingAsked: false,
  dueInMs: backoffMs(payment.attempts, backoff, random()),
});

/** A refund that was ordered while the capture was under way begins once it is known to be captured. */
const goOn = (payment: Payment): Payment =>
  payment.status === 'CAPTURED' && payment.awaiting.refund ? move(payment, 'refund') : payment;
