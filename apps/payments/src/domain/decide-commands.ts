import { PermanentError, type Money } from '@doorbuster/contracts';
import { settle, type Answer } from './answers.js';
import { hurry, move, newPayment, type Payment, type ReplyContext } from './payment.js';

interface ForOrder {
  orderId: string;
  replyTo: ReplyContext;
}
export type PaymentCommand =
  | (ForOrder & { kind: 'authorise'; amount: Money; method: string })
  | (ForOrder & { kind: 'capture' | 'void' | 'refund' });

/** What a batch comes to: payments to be written, answers to be given. */
export interface Decision {
  changed: Payment[];
  answers: Answer[];
}

/**
 * Applies the commands in the order in which they came.
 *
 * @throws {IllegalTransitionError} for a command that no saga sends in this state
 * @throws {PaymentMismatchError} for a second authorisation of another amount or method
 */
export function decideCommands(
  known: ReadonlyMap<string, Payment>,
  commands: readonly PaymentCommand[],
): Decision {
  const changed = new Map<string, Payment>();
  const answers: Answer[] = [];
  for (const command of commands) {
    const { orderId } = command;
    const before = changed.get(orderId) ?? known.get(orderId) ?? newPayment(orderId);
    const settled = settle(heed(before, command));
    answers.push(...settled.answers);
    if (!isSame(before, settled.payment)) changed.set(orderId, settled.payment);
  }
  return { changed: [...changed.values()], answers };
}

/** A command that came before changes nothing but whom to answer, and hurries what is waiting to be tried again. */
function heed(payment: Payment, command: PaymentCommand): Payment {
  const moved = hurry(move(withOrder(payment, command), command.kind));
  return { ...moved, awaiting: { ...moved.awaiting, [command.kind]: command.replyTo } };
}

function withOrder(payment: Payment, command: PaymentCommand): Payment {
  if (command.kind !== 'authorise') return payment;
  const { amount, method } = command;
  if (payment.status === 'NEW') return { ...payment, amount, method };
  if (payment.amount && !isSameOrder(payment, command)) throw new PaymentMismatchError(payment.orderId);
  return payment;
}

const isSameOrder = (
  { amount, method }: Payment,
  command: Extract<PaymentCommand, { kind: 'authorise' }>,
): boolean =>
  amount?.amount === command.amount.amount &&
  amount.currency === command.amount.currency &&
  method === command.method;

/** Answered on the spot, and nothing else came of it: not worth a write. */
const isSame = (before: Payment, after: Payment): boolean =>
  before.status === after.status &&
  before.dueInMs === after.dueInMs &&
  Object.keys(before.awaiting).length === 0 &&
  Object.keys(after.awaiting).length === 0;

export class PaymentMismatchError extends PermanentError {
  readonly code = 'PAYMENT_MISMATCH';
  constructor(orderId: string) {
    super(`order ${orderId} was authorised with another amount or method before`);
  }
}
