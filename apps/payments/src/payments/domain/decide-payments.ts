import { PermanentError, type Money } from '@doorbuster/contracts';
import { allows, operationOf, type Operation, type PaymentStatus } from './payment.state-machine.js';
import {
  expedite,
  isDue,
  lease,
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
  /** `captured` also answers a void that came too late. */
  | { kind: 'captured' | 'voided' | 'refunded' }
  | { kind: 'captureRefused'; reason: string }
  | { kind: 'unknown'; error: unknown };

export interface OperationResult {
  orderId: string;
  operation: Operation;
  outcome: ProviderOutcome;
}

/** A call to the provider that started before a row says so. Without an outcome it has no answer yet. */
export type EarlyCall = Omit<OperationResult, 'outcome'> & { outcome?: ProviderOutcome };

/** Payments to save and replies to send. */
export interface PaymentDecision {
  changed: Payment[];
  replies: PaymentReply[];
}

export interface Backoff {
  minMs: number;
  maxMs: number;
}

export interface CallRules {
  /** After this time without a recorded result another replica may retry. */
  leaseMs: number;
  /** Maximum calls of an authorisation without an answer. The payment is then declined and voided. */
  authoriseAttemptsMax: number;
  backoff: Backoff;
  /** In [0, 1), for the jitter. */
  random: () => number;
}

/**
 * The payments whose calls can start before the transaction that stores their commands. Several commands for one order are
 * left to the transaction.
 *
 * @returns the payments as they are during the call
 */
export function paymentsToCallEarly(
  known: ReadonlyMap<string, Payment>,
  commands: readonly PaymentCommand[],
  { leaseMs }: Pick<CallRules, 'leaseMs'>,
): Payment[] {
  const byOrder = Map.groupBy(commands, ({ orderId }) => orderId);
  return [...byOrder].flatMap(([orderId, [command, another]]) => {
    const payment = known.get(orderId) ?? newPayment(orderId);
    if (!command || another || !canCallEarly(payment.status, command.kind)) return [];
    return [lease(applyCommand(payment, command), leaseMs)];
  });
}

const canCallEarly = (status: PaymentStatus, command: Operation): boolean =>
  (status === 'NEW' && command === 'authorise') || (status === 'AUTHORISED' && command === 'capture');

/**
 * Applies the commands in their order, and then the early calls for them: a payment whose call was answered never has the
 * status of the call in the database. A call without an answer holds the lease.
 *
 * @throws {IllegalPaymentTransitionError} for a command that no saga sends in this state
 * @throws {PaymentMismatchError} for a second authorisation with another amount or method
 */
export function decideCommands(
  known: ReadonlyMap<string, Payment>,
  commands: readonly PaymentCommand[],
  earlyCalls: readonly EarlyCall[],
  rules: CallRules,
): PaymentDecision {
  const draft = new PaymentDraft(known);
  for (const command of commands) {
    const before = draft.get(command.orderId) ?? newPayment(command.orderId);
    draft.put(before, applyCommand(before, command));
  }
  for (const { orderId, operation, outcome } of earlyCalls) {
    const before = draft.get(orderId);
    if (!before) continue;
    const isThisCall = isDue(before) && operationOf(before.status) === operation;
    const called = isThisCall ? lease(before, rules.leaseMs) : before;
    draft.put(before, outcome ? applyResult(called, { orderId, operation, outcome }, rules) : called);
  }
  return draft.decision;
}

/** Applies the provider's results. A result that the payment's status does not allow changes nothing. */
export function decideResults(
  known: ReadonlyMap<string, Payment>,
  results: readonly OperationResult[],
  rules: CallRules,
): PaymentDecision {
  const draft = new PaymentDraft(known);
  for (const result of results) {
    const before = draft.get(result.orderId);
    if (before) draft.put(before, applyResult(before, result, rules));
  }
  return draft.decision;
}

/** Collects the changes and replies of one transaction. */
class PaymentDraft {
  private readonly changed = new Map<string, Payment>();
  private readonly replies: PaymentReply[] = [];

  constructor(private readonly known: ReadonlyMap<string, Payment>) {}

  get(orderId: string): Payment | undefined {
    return this.changed.get(orderId) ?? this.known.get(orderId);
  }

  put(before: Payment, after: Payment): void {
    const { payment, replies } = resolveReplies(after);
    this.replies.push(...replies);
    if (needsSaving(before, payment)) this.changed.set(payment.orderId, payment);
  }

  get decision(): PaymentDecision {
    return { changed: [...this.changed.values()], replies: this.replies };
  }
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

function applyResult(payment: Payment, result: OperationResult, rules: CallRules): Payment {
  const { operation, outcome } = result;
  if (outcome.kind !== 'unknown') {
    return allows(payment.status, outcome.kind)
      ? startAwaitedRefund(applyOutcome(payment, outcome))
      : payment;
  }
  if (operationOf(payment.status) !== operation) return payment;
  return operation === 'authorise' && payment.attempts >= rules.authoriseAttemptsMax
    ? { ...transition(payment, 'gaveUp'), reason: PAYMENT_TIMEOUT }
    : retryLater(payment, rules);
}

function applyOutcome(payment: Payment, outcome: Exclude<ProviderOutcome, { kind: 'unknown' }>): Payment {
  const moved = transition(payment, outcome.kind);
  switch (outcome.kind) {
    case 'authorised':
      return { ...moved, reference: outcome.reference };
    case 'declined':
      return { ...moved, reason: `PAYMENT_DECLINED: ${outcome.reason}` };
    case 'captured':
      return { ...moved, capturedAmount: payment.amount?.amount ?? 0 };
    case 'captureRefused':
      return { ...moved, reason: `CAPTURE_REFUSED: ${outcome.reason}` };
    case 'voided':
      return moved;
    case 'refunded':
      return { ...moved, refundedAmount: payment.capturedAmount };
  }
}

const retryLater = (payment: Payment, { backoff, random }: CallRules): Payment => ({
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
