import type { Answer, Verdict } from '../../src/domain/answers.js';
import { decideCommands, type Decision, type PaymentCommand } from '../../src/domain/decide-commands.js';
import { decideResults, type ProviderOutcome, type ResultRules } from '../../src/domain/decide-results.js';
import { operationOf, type Operation } from '../../src/domain/payment-status.js';
import { lease, newPayment, type Payment } from '../../src/domain/payment.js';

export const ORDER_ID = '01890a5d-ac96-774b-bcce-b302099a8057';
export const LEASE_MS = 6_000;
export const RULES: ResultRules = {
  authoriseAttemptsMax: 10,
  backoff: { minMs: 100, maxMs: 30_000 },
  random: () => 0.5,
};

/** A command of the saga; `traceparent` tells one from another in the answers. */
export const command = (kind: Operation, traceparent = `by ${kind}`): PaymentCommand => {
  const about = { orderId: ORDER_ID, replyTo: { traceparent } };
  if (kind !== 'authorise') return { kind, ...about };
  return { kind, ...about, amount: { amount: 1999, currency: 'USD' }, method: 'pm_card_visa' };
};

/** One payment without a database or a provider: a test plays both. */
export class PaymentOnPaper {
  payment: Payment = newPayment(ORDER_ID);
  readonly answers: Answer[] = [];
  /** How often it was written. */
  writes = 0;

  /** Takes the commands as one batch. Gives what they were answered at once. */
  take(...commands: (Operation | PaymentCommand)[]): Verdict[] {
    const list = commands.map((each) => (typeof each === 'string' ? command(each) : each));
    return this.keep(decideCommands(this.known(), list));
  }

  /** The next attempt; gives the operation that the provider is asked for. */
  ask(): Operation | undefined {
    const operation = operationOf(this.payment.status);
    if (operation) this.payment = lease(this.payment, LEASE_MS);
    return operation;
  }

  /** The provider's outcome arrives, by default that of the operation under way. */
  learn(outcome: ProviderOutcome, operation = operationOf(this.payment.status)): Verdict[] {
    if (!operation) throw new Error('nothing is under way');
    return this.keep(decideResults(this.known(), [{ orderId: ORDER_ID, operation, outcome }], RULES));
  }

  /** Brings it to a status the usual way. */
  static captured(): PaymentOnPaper {
    const paper = PaymentOnPaper.authorised();
    paper.take('capture');
    paper.learn({ kind: 'captured' });
    return paper;
  }

  static authorised(): PaymentOnPaper {
    const paper = new PaymentOnPaper();
    paper.take('authorise');
    paper.learn({ kind: 'authorised', reference: 'ref' });
    return paper;
  }

  private known(): Map<string, Payment> {
    return new Map(this.payment.status === 'NEW' ? [] : [[ORDER_ID, this.payment]]);
  }

  private keep({ changed, answers }: Decision): Verdict[] {
    this.writes += changed.length;
    this.payment = changed[0] ?? this.payment;
    this.answers.push(...answers);
    return answers.map(({ verdict }) => verdict);
  }
}
