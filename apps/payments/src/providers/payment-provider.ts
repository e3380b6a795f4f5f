import type { Money } from '@doorbuster/contracts';

export const PAYMENT_PROVIDER = Symbol('payment-provider');

export interface AuthoriseRequest {
  /** The provider's idempotency key, as in all requests: the same key is the same operation, asked for again. */
  key: string;
  amount: Money;
  method: string;
}

export interface CaptureRequest {
  key: string;
  /** The provider's name for the authorisation. */
  reference: string;
  amount: Money;
}

export interface VoidRequest {
  key: string;
  /**
   * The key that we authorised with, which we know also when we never learned the outcome. Providers call it cancelling
   * by merchant reference, or technical cancel. An authorisation with this key is refused afterwards.
   */
  authorisationKey: string;
}

export interface RefundRequest {
  key: string;
  reference: string;
  amount: Money;
}

export type AuthoriseOutcome =
  | { outcome: 'authorised'; reference: string }
  /** `reason` is the provider's code, such as `card_declined`. */
  | { outcome: 'declined'; reason: string };
/** `refused` is final: the hold has expired, or the bank took it back. */
export type CaptureOutcome = { outcome: 'captured' } | { outcome: 'refused'; reason: string };
/** A refused void or refund means that our books and the provider's disagree. */
export type VoidOutcome = { outcome: 'voided' } | { outcome: 'refused'; reason: string };
export type RefundOutcome = { outcome: 'refunded' } | { outcome: 'refused'; reason: string };

/**
 * Somebody who moves money. An error thrown, or no answer before `signal` aborts, leaves the outcome unknown; the same
 * request is then made again, with the same key.
 */
export interface PaymentProvider {
  authorise(request: AuthoriseRequest, signal: AbortSignal): Promise<AuthoriseOutcome>;
  capture(request: CaptureRequest, signal: AbortSignal): Promise<CaptureOutcome>;
  void(request: VoidRequest, signal: AbortSignal): Promise<VoidOutcome>;
  refund(request: RefundRequest, signal: AbortSignal): Promise<RefundOutcome>;
}
