import { z } from 'zod';
import { command, event } from '../message.js';
import { money, orderId } from '../values.js';

/** What becomes of an order that the simulated provider is to charge, by payment method. The names of cards are Stripe's. */
export const TEST_METHODS = {
  pm_card_visa: 'is charged',
  pm_card_chargeDeclined: 'is declined: 402 `PAYMENT_DECLINED`, reason `card_declined`',
  pm_card_chargeDeclinedInsufficientFunds: 'is declined: 402 `PAYMENT_DECLINED`, reason `insufficient_funds`',
  pm_sim_slow: 'is charged; each call to the provider takes 2 s',
  pm_sim_flaky: 'is charged; each call to the provider fails twice first',
  pm_sim_capture_fails_once: 'is charged; the capture fails once after the confirmation',
  pm_sim_timeout: 'gets no answer from the provider: 402 `PAYMENT_TIMEOUT` after 15 s',
} as const;
export type TestMethod = keyof typeof TEST_METHODS;

/** A token of the payment provider, or one of {@link TEST_METHODS}. */
export const paymentMethod = z
  .string()
  .regex(/^pm_[A-Za-z0-9_]{1,96}$/, 'must be a payment method id such as pm_card_visa')
  .meta({ id: 'PaymentMethod', examples: ['pm_card_visa'] });

const forOrder = z.object({ orderId });

/** Try: holds the amount on the customer's payment method. */
export const authorisePayment = command(
  'payments',
  'authorise-payment',
  z.object({ orderId, amount: money, method: paymentMethod }),
);
/** Confirm: charges the held amount. */
export const capturePayment = command('payments', 'capture-payment', forOrder);
/** Cancel: releases the hold. If nothing is held, a later `authorise-payment` of this order is refused. */
export const voidPayment = command('payments', 'void-payment', forOrder);
/** After a capture: returns the money. */
export const refundPayment = command('payments', 'refund-payment', forOrder);

const refusal = z.object({ orderId, reason: z.string() });
export const paymentAuthorised = event('payments', 'payment-authorised', forOrder);
export const paymentDeclined = event('payments', 'payment-declined', refusal);
export const paymentCaptured = event('payments', 'payment-captured', forOrder);
export const paymentCaptureRefused = event('payments', 'payment-capture-refused', refusal);
export const paymentVoided = event('payments', 'payment-voided', forOrder);
export const paymentRefunded = event('payments', 'payment-refunded', forOrder);
