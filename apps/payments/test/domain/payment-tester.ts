import {
  decideCommands,
  decideResults,
  paymentsToCallEarly,
  type CallRules,
  type EarlyCall,
  type PaymentCommand,
  type PaymentDecision,
  type ProviderOutcome,
} from '../../src/payments/domain/decide-payments.js';
import { operationOf, type Operation } from '../../src/payments/domain/payment.state-machine.js';
import {
  lease,
  newPayment,
  type Payment,
  type PaymentReply,
  type ReplyOutcome,
} from '../../src/payments/domain/payment.js';

export const ORDER_ID = '01890a5d-ac96-774b-bcce-b302099a8057';
export const LEASE_MS = 6_000;
export const RULES: CallRules = {
  leaseMs: LEASE_MS,
  authoriseAttemptsMax: 10,
  backoff: { minMs: 100, maxMs: 30_000 },
  random: () => 0.5,
};

/** A command of the saga. `traceparent` distinguishes commands in the replies. */
export const command = (kind: Operation, traceparent = `by ${kind}`): PaymentCommand => {
  const about = { orderId: ORDER_ID, replyTo: { traceparent } };
  if (kind !== 'authorise') return { kind, ...about };
  return { kind, ...about, amount: { amount: 1999, currency: 'USD' }, method: 'pm_card_visa' };
};

/** One payment without a database or a provider: the test sends the commands and the provider's outcomes. */
export class PaymentTester {
  payment: Payment = newPayment(ORDER_ID);
  readonly replies: PaymentReply[] = [];
  /** How often the payment was saved. */
  saves = 0;

  /** Applies the commands as one batch. @returns the immediate replies */
  send(...commands: (Operation | PaymentCommand)[]): ReplyOutcome[] {
    const list = commands.map((each) => (typeof each === 'string' ? command(each) : each));
    return this.save(decideCommands(this.known(), list, [], RULES));
  }

  /** Reads the payment without a lock. @returns the call that can start before the transaction of this command */
  callEarly(kind: Operation): Payment | undefined {
    return paymentsToCallEarly(this.known(), [command(kind)], RULES)[0];
  }

  /** The transaction of a command whose call has started, and perhaps been answered, before. */
  commit(kind: Operation, ...calls: Omit<EarlyCall, 'orderId'>[]): ReplyOutcome[] {
    const early = calls.map((call) => ({ ...call, orderId: ORDER_ID }));
    return this.save(decideCommands(this.known(), [command(kind)], early, RULES));
  }

  /** Leases the next attempt. @returns the operation to call the provider for */
  call(): Operation | undefined {
    const operation = operationOf(this.payment.status);
    if (operation) this.payment = lease(this.payment, LEASE_MS);
    return operation;
  }

  /** Applies the provider's outcome, by default for the current operation. */
  receive(outcome: ProviderOutcome, operation = operationOf(this.payment.status)): ReplyOutcome[] {
    if (!operation) throw new Error('there is no current operation');
    return this.save(decideResults(this.known(), [{ orderId: ORDER_ID, operation, outcome }], RULES));
  }

  static captured(): PaymentTester {
    const tester = PaymentTester.authorised();
    tester.send('capture');
    tester.receive({ kind: 'captured' });
    return tester;
  }

  static authorised(): PaymentTester {
    const tester = new PaymentTester();
    tester.send('authorise');
    tester.receive({ kind: 'authorised', reference: 'ref' });
    return tester;
  }

  private known(): Map<string, Payment> {
    return new Map(this.payment.status === 'NEW' ? [] : [[ORDER_ID, this.payment]]);
  }

  private save({ changed, replies }: PaymentDecision): ReplyOutcome[] {
    this.saves += changed.length;
    this.payment = changed[0] ?? this.payment;
    this.replies.push(...replies);
    return replies.map(({ outcome }) => outcome);
  }
}
