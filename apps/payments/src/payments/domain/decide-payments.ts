import { PermanentError, type Money } from '@doorbuster/contracts';
import { operationOf, type Operation } from './payment.state-machine.js';
import {
  expedite,
  newPayment,
  PAYMENT_TIMEOUT,
  resolveReplies,
  transition,
  type Payment,
  type PaymentReply,
  type ReplyContext,
} from './payment.js';

interface ForOrder {
  orderId: string;
  replyTo: ReplyContext;
}
export type PaymentCommand =
  | (ForOrder & { kind: 'authorise'; amount: Money; method: string })
  | (ForOrder & { kind: 'capture' | 'void' | 'refund' });

/** `unknown`: an error or a timeout. The provider may have done the operation or not. */
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

/** Payments to save and replies to send. */
export interface PaymentDecision {
  changed: Payment[];
  replies: PaymentReply[];
}

export interface Backoff {
  minMs: number;
  maxMs: number;
}

export interface RetryRules {
  /** Maximum calls of an authorisation without an answer. The payment is then declined and voided. */
  authoriseAttemptsMax: number;
  backoff: Backoff;
  /** In [0, 1), for the jitter. */
  random: () => number;
}

/**
 * Applies the commands in their order.
 *
 * @throws {IllegalPaymentTransitionError} for a command that no saga sends in this state
 * @throws {PaymentMismatchError} for a second authorisation with another amount or method
 */
export function decideCommands(
  known: ReadonlyMap<string, Payment>,
  commands: readonly PaymentCommand[],
): PaymentDecision {
  const changed = new Map<string, Payment>();
  const replies: PaymentReply[] = [];
  for (const command of commands) {
    const { orderId } = command;
    const before = changed.get(orderId) ?? known.get(orderId) ?? newPayment(orderId);
    const resolved = resolveReplies(applyCommand(before, command));
    replies.push(...resolved.replies);
    if (needsSaving(before, resolved.payment)) changed.set(orderId, resolved.payment);
  }
  return { changed: [...changed.values()], replies };
}

/** Applies the provider's results. A result for an operation that is no longer current changes nothing. */
export function decideResults(
  known: ReadonlyMap<string, Payment>,
  results: readonly OperationResult[],
  rules: RetryRules,
): PaymentDecision {
  const changed = new Map<string, Payment>();
  const replies: PaymentReply[] = [];
  for (const result of results) {
    const before = changed.get(result.orderId) ?? known.get(result.orderId);
    if (!before || operationOf(before.status) !== result.operation) continue;
    const resolved = resolveReplies(startAwaitedRefund(applyResult(before, result, rules)));
    replies.push(...resolved.replies);
    changed.set(before.orderId, resolved.payment);
  }
  return { changed: [...changed.values()], replies };
}

/** A repeated command only updates where the reply goes and ends a back-off. */
function applyCommand(payment: Payment, command: PaymentCommand): Payment {
  const moved = expedite(transition(withOrder(payment, command), command.kind));
  return { ...moved, awaiting: { ...moved.awaiting, [command.kind]: command.replyTo } };
}

function withOrder(payment: Payment, command: PaymentCommand): Payment {
  if (command.kind !== 'authorise') return payment;
  const { amount, method } = command;
  if (payment.status === 'NEW') return { ...payment, amount, method };
  const isSame =
    payment.amount?.amount === amount.amount &&
    payment.amount.currency === amount.currency &&
    payment.method === method;
  if (payment.amount && !isSame) throw new PaymentMismatchError(payment.orderId);
  return payment;
}

/** False if the command got its reply at once and changed nothing else. */
const needsSaving = (before: Payment, after: Payment): boolean =>
  before.status !== after.status ||
  before.dueInMs !== after.dueInMs ||
  Object.keys(before.awaiting).length > 0 ||
  Object.keys(after.awaiting).length > 0;

function applyResult(payment: Payment, { operation, outcome }: OperationResult, rules: RetryRules): Payment {
  switch (outcome.kind) {
    case 'authorised':
      return { ...transition(payment, 'authorised'), reference: outcome.reference };
    case 'declined':
      return { ...transition(payment, 'declined'), reason: `PAYMENT_DECLINED: ${outcome.reason}` };
    case 'captured':
      return { ...transition(payment, 'captured'), capturedAmount: payment.amount?.amount ?? 0 };
    case 'captureRefused':
      return { ...transition(payment, 'captureRefused'), reason: `CAPTURE_REFUSED: ${outcome.reason}` };
    case 'voided':
      return transition(payment, 'voided');
    case 'refunded':
      return { ...transition(payment, 'refunded'), refundedAmount: payment.capturedAmount };
    case 'unknown':
      return operation === 'authorise' && payment.attempts >= rules.authoriseAttemptsMax
        ? { ...transition(payment, 'gaveUp'), reason: PAYMENT_TIMEOUT }
        : retryLater(payment, rules);
  }
}

const retryLater = (payment: Payment, { backoff, random }: RetryRules): Payment => ({
  ...payment,
  isLeased: false,
  dueInMs: backoffMs(payment.attempts, backoff, random()),
});

/** Doubles with each attempt. Jitter between half and whole spreads the retries of payments that failed together. */
export function backoffMs(attempts: number, { minMs, maxMs }: Backoff, random: number): number {
  const wholeMs = Math.min(maxMs, minMs * 2 ** Math.min(attempts - 1, 30));
  return Math.ceil(wholeMs * (0.5 + random / 2));
}

/** A refund that arrived during the capture starts when the capture is done. */
const startAwaitedRefund = (payment: Payment): Payment =>
  payment.status === 'CAPTURED' && payment.awaiting.refund ? transition(payment, 'refund') : payment;

export class PaymentMismatchError extends PermanentError {
  override readonly name = 'PaymentMismatchError';
  readonly code = 'PAYMENT_MISMATCH';
  constructor(orderId: string) {
    super(`order ${orderId} was authorised with another amount or method before`);
  }
}
