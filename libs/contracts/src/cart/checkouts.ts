import { z } from 'zod';
import { changeTerms } from '../actor.js';
import { ORDER_STATUSES } from '../orders/orders.js';
import { paymentMethod } from '../payments/payments.js';
import { change } from '../rpc.js';
import { ORDER_LINES_MAX, idempotencyKey, LINE_QUANTITY_MAX, money, price, sku } from '../values.js';

const payment = z.strictObject({ method: paymentMethod });
const acceptedPrice = z.strictObject({ sku, unitPrice: price });

export const checkoutBody = z
  .strictObject({
    payment,
    acceptedPrices: z
      .array(acceptedPrice)
      .max(ORDER_LINES_MAX)
      .refine(
        (prices) => new Set(prices.map((one) => one.sku)).size === prices.length,
        'must have each SKU once',
      )
      .optional()
      .meta({
        description:
          'Prices that the customer accepts in place of those when the products were put in. Another price than the accepted one is never charged',
      }),
  })
  .meta({ id: 'CheckoutCart' });
export type CheckoutBody = z.infer<typeof checkoutBody>;

/** What a checkout buys, and the unit prices that its customer accepted. */
const checkoutLine = z.object({ sku, quantity: z.int().min(1).max(LINE_QUANTITY_MAX), unitPrice: money });
export type CheckoutLine = z.infer<typeof checkoutLine>;

/**
 * Stores what this key buys, before its order is placed: the lines of the cart and their accepted prices. A repeated request gets
 * the same lines, also when the cart has changed since.
 */
export const beginCheckout = change(
  'cart',
  'begin-checkout',
  'customer',
  z.object({
    ...changeTerms,
    idempotencyKey,
    payment: payment.strip(),
    acceptedPrices: z
      .array(z.object({ sku, unitPrice: money }))
      .max(ORDER_LINES_MAX)
      .optional(),
  }),
  z.object({ lines: z.array(checkoutLine) }),
);

/** NOT_PLACED: the request was refused and no order was made. */
export const CHECKOUT_OUTCOMES = [...ORDER_STATUSES, 'NOT_PLACED'] as const;
export type CheckoutOutcome = (typeof CHECKOUT_OUTCOMES)[number];

/**
 * Tells the cart what became of a checkout: an accepted order takes its lines out of the cart, a rejected one puts them back.
 * Orders sends the same as an event, so a call that is lost is only later.
 */
export const settleCheckout = change(
  'cart',
  'settle-checkout',
  'customer',
  z.object({ ...changeTerms, idempotencyKey, outcome: z.enum(CHECKOUT_OUTCOMES) }),
  z.object({}),
);
