import {
  accept,
  ORDER_LINES_MAX,
  refuse,
  type CheckoutLine,
  type CheckoutOutcome,
  type Money,
  type Reply,
} from '@doorbuster/contracts';
import { full, putBack, takeOut, type CartState } from '../../carts/domain/cart.js';

/**
 * OPEN: there may be an order, or none. ACCEPTED: there is an order, and its lines are out of the cart. REJECTED: the order was
 * rejected, and its lines are in the cart.
 */
export type CheckoutState = 'OPEN' | 'ACCEPTED' | 'REJECTED';

/** What a repeated request is compared with. */
export interface CheckoutRequest {
  method: string;
  /** By SKU, in the order of the SKUs. */
  acceptedPrices: { sku: string; unitPrice: Money }[];
}

export interface Checkout {
  request: CheckoutRequest;
  /** What its order buys. */
  lines: CheckoutLine[];
  /** What its order took out of the cart. */
  taken: CheckoutLine[];
  state: CheckoutState;
  /** While an order may be made of it, other checkouts do not buy its units. */
  isHolding: boolean;
}

/**
 * Begins a checkout of what is in the cart, or gives a repeated request what its key has bought already.
 *
 * @param found the checkout of this key
 * @param others other checkouts of the cart that are holding
 */
export function beginCheckout(
  cart: CartState,
  request: CheckoutRequest,
  found: Checkout | undefined,
  others: readonly Pick<Checkout, 'lines'>[],
): Reply<Checkout> {
  if (found) {
    if (isSameRequest(found.request, request)) return accept({ ...found, isHolding: found.state === 'OPEN' });
    return refuse(
      'IDEMPOTENCY_KEY_REUSED',
      'This Idempotency-Key was used for a checkout with another body. Use a new key for a new checkout.',
    );
  }
  const { lines } = others.reduce((left: CartState, other) => takeOut(left, other.lines).cart, cart);
  if (lines.length === 0) {
    return refuse(
      'CART_EMPTY',
      cart.lines.length === 0
        ? 'The cart is empty. Put something in first.'
        : 'Another checkout buys what is in the cart. Wait for its answer, or repeat it with its own Idempotency-Key.',
    );
  }
  if (lines.length > ORDER_LINES_MAX) return full(lines.length);
  const accepted = new Map(request.acceptedPrices.map(({ sku, unitPrice }) => [sku, unitPrice]));
  const bought = lines.map(({ sku, quantity, priceWhenAdded }) => ({
    sku,
    quantity,
    unitPrice: accepted.get(sku) ?? priceWhenAdded,
  }));
  return accept({ request, lines: bought, taken: [], state: 'OPEN', isHolding: true });
}

/** Applies what became of a checkout. Outcomes may come twice, late, and in any order; the same objects mean no change. */
export function settleCheckout(
  cart: CartState,
  checkout: Checkout,
  outcome: CheckoutOutcome,
): { cart: CartState; checkout: Checkout } {
  const { state, lines, taken } = checkout;
  switch (outcome) {
    case 'NOT_PLACED':
      return { cart, checkout: checkout.isHolding ? { ...checkout, isHolding: false } : checkout };
    case 'PENDING':
    case 'CONFIRMED':
    case 'CANCELLED': {
      if (state !== 'OPEN') return { cart, checkout };
      const out = takeOut(cart, lines);
      return {
        cart: out.cart,
        checkout: { ...checkout, taken: out.taken, state: 'ACCEPTED', isHolding: false },
      };
    }
    case 'REJECTED':
      if (state === 'REJECTED') return { cart, checkout };
      return {
        cart: putBack(cart, taken),
        checkout: { ...checkout, taken: [], state: 'REJECTED', isHolding: false },
      };
  }
}

const isSameRequest = (a: CheckoutRequest, b: CheckoutRequest): boolean =>
  a.method === b.method &&
  a.acceptedPrices.length === b.acceptedPrices.length &&
  a.acceptedPrices.every(({ sku, unitPrice }, i) => {
    const other = b.acceptedPrices[i];
    return (
      other?.sku === sku &&
      other.unitPrice.amount === unitPrice.amount &&
      other.unitPrice.currency === unitPrice.currency
    );
  });
