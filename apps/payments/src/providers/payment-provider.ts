import type { Money } from '@doorbuster/contracts';

export const PAYMENT_PROVIDER = Symbol('payment-provider');

export interface AuthoriseRequest {
  /** The idempotency key, as in all requests: a request with the same key is the same operation. */
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
   * The key of our authorisation, which we know even without its outcome. Providers call this a cancel by merchant
   * reference, or a technical cancel. The provider then refuses an authorisation with this key.
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
/** `refused` is final: the hold has expired, or the bank has cancelled it. */
export type CaptureOutcome = { outcome: 'captured' } | { outcome: 'refused'; reason: string };
/** `captured`: the void came after the capture and changes nothing; only a refund returns the money. */
export type VoidOutcome =
  { outcome: 'voided' } | { outcome: 'captured' } | { outcome: 'refused'; reason: string };
/** A refused void or refund means that our books and the provider's disagree. */
export type RefundOutcome = { outcome: 'refunded' } | { outcome: 'refused'; reason: string };

/**
 * Moves money. After an error, or without an answer before `signal` aborts, the outcome is unknown; the same request is then
 * made again with the same key.
 */
export interface PaymentProvider {
  authorise(request: AuthoriseRequest, signal: AbortSignal): Promise<AuthoriseOutcome>;
  capture(request: CaptureRequest, signal: AbortSignal): Promise<CaptureOutcome>;
  void(request: VoidRequest, signal: AbortSignal): Promise<VoidOutcome>;
  refund(request: RefundRequest, signal: AbortSignal): Promise<RefundOutcome>;
}
