import { setTimeout as sleep } from 'node:timers/promises';
import type { TestMethod } from '@doorbuster/contracts';
import type { Operation } from '../../payments/domain/payment.state-machine.js';
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
} from '../payment-provider.js';
import { noStatement, type ProviderStatement } from './provider-statement.js';
import { PlannedFailures } from './planned-failures.js';
import type { SimulatedBooks } from './simulated-books.js';

/** Behaviour of the provider for a payment method. The default is an immediate success. */
interface SimulatedMethod {
  /** The code of a declined authorisation. */
  declines?: string;
  /** Operations without an answer. */
  silentFor?: readonly Operation[];
  /** Operations that fail this number of times for each key before they succeed. */
  fails?: { times: number; for: readonly Operation[] };
  delayMs?: number;
}

/** A void has no method. */
const ALL_WITH_METHOD: readonly Operation[] = ['authorise', 'capture', 'refund'];

/** Stripe's test names (https://docs.stripe.com/testing), and `pm_sim_*` for behaviour of the network. */
const METHODS: Record<TestMethod, SimulatedMethod> = {
  pm_card_visa: {},
  pm_card_chargeDeclined: { declines: 'card_declined' },
  pm_card_chargeDeclinedInsufficientFunds: { declines: 'insufficient_funds' },
  pm_sim_timeout: { silentFor: ['authorise'] },
  pm_sim_flaky: { fails: { times: 2, for: ALL_WITH_METHOD } },
  pm_sim_slow: { delayMs: 2_000 },
  pm_sim_capture_fails_once: { fails: { times: 1, for: ['capture'] } },
};
const UNKNOWN_METHOD: SimulatedMethod = { declines: 'unknown_payment_method' };
const BY_NAME = new Map<string, SimulatedMethod>(Object.entries(METHODS));
const methodOf = (name: string): SimulatedMethod => BY_NAME.get(name) ?? UNKNOWN_METHOD;

const PREFIX = 'sim';
/** Each replica counts its own planned failures. */
const FAILURES_REMEMBERED = 10_000;

/** A provider that moves no money, with books and idempotency keys like a real one. */
export class SimulatedProvider implements PaymentProvider {
  private readonly failures = new PlannedFailures(FAILURES_REMEMBERED);

  constructor(
    private readonly books: SimulatedBooks,
    private readonly statement: ProviderStatement = noStatement,
  ) {}

  async authorise({ key, method }: AuthoriseRequest, signal: AbortSignal): Promise<AuthoriseOutcome> {
    await this.simulate('authorise', key, method, signal);
    const { declines } = methodOf(method);
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
    await this.simulate('capture', key, method, signal);
    const { status, captureKey } = await this.books.enter(
      { authorisationKey, status: 'captured', amount, captureKey: key, refundKey: null },
      signal,
    );
    if (captureKey !== key) return { outcome: 'refused', reason: `authorisation_${status}` };
    // Each call writes a line, because a replica that was killed after the charge may have written none.
    this.statement({ reference, key, amount });
    return { outcome: 'captured' };
  }

  /** A void has no method, so its answer is immediate. */
  async void({ authorisationKey }: VoidRequest, signal: AbortSignal): Promise<VoidOutcome> {
    const { status } = await this.books.enter(
      { authorisationKey, status: 'voided', amount: null, captureKey: null, refundKey: null },
      signal,
    );
    return { outcome: status === 'captured' ? 'captured' : 'voided' };
  }

  /** A payment without an entry was captured before the table existed; its reference is trusted. */
  async refund(
    { key, reference, amount: { amount } }: RefundRequest,
    signal: AbortSignal,
  ): Promise<RefundOutcome> {
    const { method, authorisationKey } = authorisationOf(reference);
    await this.simulate('refund', key, method, signal);
    const { status, refundKey } = await this.books.enter(
      { authorisationKey, status: 'refunded', amount, captureKey: null, refundKey: key },
      signal,
    );
    return refundKey === key ? { outcome: 'refunded' } : { outcome: 'refused', reason: `payment_${status}` };
  }

  /** Delays, fails or gives no answer, according to the method. */
  private async simulate(
    operation: Operation,
    key: string,
    methodName: string,
    signal: AbortSignal,
  ): Promise<void> {
    const { silentFor, fails, delayMs } = methodOf(methodName);
    if (silentFor?.includes(operation)) await silence(signal);
    if (delayMs !== undefined) await sleep(delayMs, undefined, { signal });
    if (fails?.for.includes(operation) && this.failures.failsOnceMore(key, fails.times)) {
      throw new Error(`simulated failure of ${operation}`);
    }
  }
}

/** @throws if the reference is not of this provider */
function authorisationOf(reference: string): { method: string; authorisationKey: string } {
  const [prefix, method, authorisationKey] = reference.split('/');
  if (prefix !== PREFIX || !method || !authorisationKey) throw new Error(`no such payment: ${reference}`);
  return { method, authorisationKey };
}

/** Rejects when the caller aborts. */
const silence = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    const stop = (): void => reject(new Error('aborted by the caller'));
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
