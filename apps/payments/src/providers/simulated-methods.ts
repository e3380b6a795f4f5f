import type { Operation } from '../domain/payment-status.js';

/** How the provider behaves for a payment method, where that is not simply: at once, and with success. */
export interface SimulatedMethod {
  /** The code that an authorisation is declined with. */
  declines?: string;
  /** Operations that are never answered. */
  silentFor?: readonly Operation[];
  /** Operations that fail so many times (for each key) before they succeed. */
  fails?: { times: number; for: readonly Operation[] };
  /** How long the answer takes. */
  delayMs?: number;
}

/** A void names no method. */
const EVERYTHING: readonly Operation[] = ['authorise', 'capture', 'refund'];

/** Stripe's test names (https://docs.stripe.com/testing), and our own for what a network does. */
const METHODS = new Map<string, SimulatedMethod>([
  ['pm_card_visa', {}],
  ['pm_card_chargeDeclined', { declines: 'card_declined' }],
  ['pm_card_chargeDeclinedInsufficientFunds', { declines: 'insufficient_funds' }],
  ['pm_sim_timeout', { silentFor: ['authorise'] }],
  ['pm_sim_flaky', { fails: { times: 2, for: EVERYTHING } }],
  ['pm_sim_slow', { delayMs: 2_000 }],
  ['pm_sim_capture_fails_once', { fails: { times: 1, for: ['capture'] } }],
]);
const UNKNOWN: SimulatedMethod = { declines: 'unknown_payment_method' };

export const simulatedMethod = (name: string): SimulatedMethod => METHODS.get(name) ?? UNKNOWN;
