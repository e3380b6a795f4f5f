import { LruMap } from './lru-map.js';

/** What the simulated provider knows of one authorisation. */
export interface SimulatedPayment {
  method: string;
  status: 'held' | 'declined' | 'captured' | 'voided' | 'refunded';
  /** Why it was declined. */
  reason: string;
  /** How often money was really taken and really given back: 0 or 1, or something is wrong. */
  charges: number;
  refunds: number;
  /** The keys that it was captured and refunded with: the same key again is the same capture. */
  captureKey?: string;
  refundKey?: string;
}

/** Enough for what a flash sale has under way, and for any test to look at afterwards. */
const PAYMENTS_MAX = 200_000;
const PREFIX = 'sim';

/**
 * The books of the simulated provider, in the memory of this process. A process that was started anew, or another
 * replica, has never heard of an authorisation that a real provider would know. So a reference names the key and the
 * method that it was made with, and one that is not in the books is taken at its word.
 */
export class SimulatedBook {
  private readonly payments = new LruMap<string, SimulatedPayment>(PAYMENTS_MAX);
  private readonly failures = new LruMap<string, number>(PAYMENTS_MAX);

  /** The authorisation that was made with this key. */
  find(authorisationKey: string): SimulatedPayment | undefined {
    return this.payments.get(authorisationKey);
  }

  enter(
    authorisationKey: string,
    entry: Pick<SimulatedPayment, 'method' | 'status' | 'reason'>,
  ): SimulatedPayment {
    const payment = { ...entry, charges: 0, refunds: 0 };
    this.payments.set(authorisationKey, payment);
    return payment;
  }

  referenceTo(authorisationKey: string, method: string): string {
    return [PREFIX, method, authorisationKey].join('/');
  }

  /** @throws when the reference is none of this provider's */
  referred(reference: string, status: 'held' | 'captured'): SimulatedPayment {
    const [prefix, method, authorisationKey] = reference.split('/');
    if (prefix !== PREFIX || !method || !authorisationKey) throw new Error(`no such payment: ${reference}`);
    return this.find(authorisationKey) ?? this.enter(authorisationKey, { method, status, reason: '' });
  }

  /** Counts one more failure of the operation with this key, unless it has failed `max` times already. */
  failsOnceMore(key: string, max: number): boolean {
    const failures = this.failures.get(key) ?? 0;
    if (failures >= max) return false;
    this.failures.set(key, failures + 1);
    return true;
  }
}
