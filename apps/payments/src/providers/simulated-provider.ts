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
import { PlannedFailures } from './planned-failures.js';
import type { SimulatedBooks } from './simulated-books.js';
import { simulatedMethod } from './simulated-methods.js';

const PREFIX = 'sim';
/** Operations whose planned failures a replica counts. Each replica counts for itself. */
const FAILURES_REMEMBERED = 10_000;

/** A provider that moves no money, but keeps its books and its promises as a real one does. */
export class SimulatedProvider implements PaymentProvider {
  private readonly failures = new PlannedFailures(FAILURES_REMEMBERED);

  constructor(
    private readonly books: SimulatedBooks,
    private readonly statement: ProviderStatement = noStatement,
  ) {}

  async authorise({ key, method }: AuthoriseRequest, signal: AbortSignal): Promise<AuthoriseOutcome> {
    await this.behave('authorise', key, method, signal);
    const { declines } = simulatedMethod(method);
    if (declines !== undefined) return { outcome: 'declined', reason: declines };
    const known = await this.books.find(key, signal);
    if (known?.status === 'voided') return { outcome: 'declined', reason: 'authorisation_cancelled' };
    return { outcome: 'authorised', reference: [PREFIX, method, key].join('/') };
  }

  async capture(
    { key, reference, amount: { amount } }: CaptureRequest,
    signal: AbortSignal,
  ): Promise<CaptureOutcome> {
    const { method, authorisationKey } = authorisationOf(reference);
    await this.behave('capture', key, method, signal);
    const { status, captureKey } = await this.books.enter(
      { authorisationKey, status: 'captured', amount, captureKey: key, refundKey: null },
      signal,
    );
    if (captureKey !== key) return { outcome: 'refused', reason: `authorisation_${status}` };
    // Written on every call: a replica that was killed right after the charge has not written its line.
    this.statement({ reference, key, amount });
    return { outcome: 'captured' };
  }

  /** It names no method, so it is answered at once. */
  async void({ authorisationKey }: VoidRequest, signal: AbortSignal): Promise<VoidOutcome> {
    const { status } = await this.books.enter(
      { authorisationKey, status: 'voided', amount: null, captureKey: null, refundKey: null },
      signal,
    );
    return status === 'captured' ? { outcome: 'refused', reason: 'already_captured' } : { outcome: 'voided' };
  }

  /** A payment without an entry was captured before there were books; its reference is taken at its word. */
  async refund(
    { key, reference, amount: { amount } }: RefundRequest,
    signal: AbortSignal,
  ): Promise<RefundOutcome> {
    const { method, authorisationKey } = authorisationOf(reference);
    await this.behave('refund', key, method, signal);
    const { status, refundKey } = await this.books.enter(
      { authorisationKey, status: 'refunded', amount, captureKey: null, refundKey: key },
      signal,
    );
    return refundKey === key ? { outcome: 'refunded' } : { outcome: 'refused', reason: `payment_${status}` };
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
    if (fails?.for.includes(operation) && this.failures.failsOnceMore(key, fails.times)) {
      throw new Error(`simulated failure of ${operation}`);
    }
  }
}

/** @throws when the reference is none of this provider's */
function authorisationOf(reference: string): { method: string; authorisationKey: string } {
  const [prefix, method, authorisationKey] = reference.split('/');
  if (prefix !== PREFIX || !method || !authorisationKey) throw new Error(`no such payment: ${reference}`);
  return { method, authorisationKey };
}

/** Ends only when whoever asked stops listening. */
const silence = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    const stop = (): void => reject(new Error('nobody listens any more'));
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
