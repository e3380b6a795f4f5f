import { setTimeout as sleep } from 'node:timers/promises';
import type { Operation } from '../domain/payment-status.js';
import type {
  AuthoriseOutcome,
  AuthoriseRequest,
  CaptureOutcome,
  CaptureRequest,
  PaymentProvider,
  RefundOutcome,
  RefundRequest,
  VoidOutcome,
  VoidRequest,
} from './payment-provider.js';
import { noStatement, type ProviderStatement } from './provider-statement.js';
import { SimulatedBook } from './simulated-book.js';
import { simulatedMethod } from './simulated-methods.js';

/** A provider that moves no money, but keeps its books and its promises as a real one does. */
export class SimulatedProvider implements PaymentProvider {
  /** Tests look here for what was really charged. */
  readonly book = new SimulatedBook();

  constructor(private readonly statement: ProviderStatement = noStatement) {}

  async authorise({ key, method }: AuthoriseRequest, signal: AbortSignal): Promise<AuthoriseOutcome> {
    await this.behave('authorise', key, method, signal);
    const known = this.book.find(key);
    const { declines } = simulatedMethod(method);
    const { status, reason } =
      known ??
      this.book.enter(key, {
        method,
        status: declines === undefined ? 'held' : 'declined',
        reason: declines ?? '',
      });
    switch (status) {
      case 'declined':
        return { outcome: 'declined', reason };
      case 'voided':
        return { outcome: 'declined', reason: 'authorisation_cancelled' };
      case 'held':
      case 'captured':
      case 'refunded':
        return { outcome: 'authorised', reference: this.book.referenceTo(key, method) };
    }
  }

  async capture(
    { key, reference, amount: { amount } }: CaptureRequest,
    signal: AbortSignal,
  ): Promise<CaptureOutcome> {
    const payment = this.book.referred(reference, 'held');
    await this.behave('capture', key, payment.method, signal);
    if (payment.captureKey === key) return { outcome: 'captured' };
    if (payment.status !== 'held') return { outcome: 'refused', reason: `authorisation_${payment.status}` };
    this.statement({ reference, key, amount });
    payment.status = 'captured';
    payment.captureKey = key;
    payment.charges += 1;
    return { outcome: 'captured' };
  }

  async void({ key, authorisationKey }: VoidRequest, signal: AbortSignal): Promise<VoidOutcome> {
    const payment =
      this.book.find(authorisationKey) ??
      this.book.enter(authorisationKey, { method: 'pm_card_visa', status: 'voided', reason: '' });
    await this.behave('void', key, payment.method, signal);
    if (payment.status === 'captured') return { outcome: 'refused', reason: 'already_captured' };
    if (payment.status === 'held') payment.status = 'voided';
    return { outcome: 'voided' };
  }

  async refund({ key, reference }: RefundRequest, signal: AbortSignal): Promise<RefundOutcome> {
    const payment = this.book.referred(reference, 'captured');
    await this.behave('refund', key, payment.method, signal);
    if (payment.refundKey === key) return { outcome: 'refunded' };
    if (payment.status !== 'captured') return { outcome: 'refused', reason: `payment_${payment.status}` };
    payment.status = 'refunded';
    payment.refundKey = key;
    payment.refunds += 1;
    return { outcome: 'refunded' };
  }

  /** Takes its time, fails or stays silent, as the method wants it. */
  private async behave(
    operation: Operation,
    key: string,
    methodName: string,
    signal: AbortSignal,
  ): Promise<void> {
    const { silentFor, fails, delayMs } = simulatedMethod(methodName);
    if (silentFor?.includes(operation)) await silence(signal);
    if (delayMs !== undefined) await sleep(delayMs, undefined, { signal });
    if (fails?.for.includes(operation) && this.book.failsOnceMore(key, fails.times)) {
      throw new Error(`simulated failure of ${operation}`);
    }
  }
}

/** Ends only when whoever asked stops listening. */
const silence = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    const stop = (): void => reject(new Error('nobody listens any more'));
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
