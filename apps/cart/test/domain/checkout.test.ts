import { describe, expect, it } from 'vitest';
import type { CartState } from '../../src/carts/domain/cart.js';
import { beginCheckout, settleCheckout, type Checkout } from '../../src/checkouts/domain/checkout.js';

const usd = (amount: number) => ({ amount, currency: 'USD' });
const cartOf = (lines: Record<string, number>): CartState => ({
  version: 1,
  lines: Object.entries(lines).map(([sku, quantity]) => ({ sku, quantity, priceWhenAdded: usd(1_000) })),
});
const quantities = ({ lines }: { lines: readonly { sku: string; quantity: number }[] }) =>
  Object.fromEntries(lines.map(({ sku, quantity }) => [sku, quantity]));
const REQUEST = { method: 'pm_card_visa', acceptedPrices: [] };
const begin = (cart: CartState, others: Checkout[] = []): Checkout => {
  const begun = beginCheckout(cart, REQUEST, undefined, others);
  if (!begun.ok) throw new Error(begun.error.code);
  return begun.value;
};

describe('beginning', () => {
  it('buys the cart at the prices when added, or at the accepted ones', () => {
    const request = { ...REQUEST, acceptedPrices: [{ sku: 'MUG', unitPrice: usd(1_200) }] };
    expect(beginCheckout(cartOf({ TEE: 2, MUG: 1 }), request, undefined, [])).toMatchObject({
      value: {
        state: 'OPEN',
        lines: [
          { sku: 'TEE', quantity: 2, unitPrice: usd(1_000) },
          { sku: 'MUG', quantity: 1, unitPrice: usd(1_200) },
        ],
      },
    });
  });

  it('gives a repeated request what its key has bought, whatever the cart has now', () => {
    const first = begin(cartOf({ TEE: 2 }));
    expect(beginCheckout(cartOf({ MUG: 1 }), REQUEST, first, [])).toEqual({ ok: true, value: first });
    const rejected: Checkout = { ...first, state: 'REJECTED', isHolding: false };
    expect(beginCheckout(cartOf({ TEE: 2 }), REQUEST, rejected, [])).toEqual({ ok: true, value: rejected });
  });

  it.each([
    { ...REQUEST, method: 'pm_card_mastercard' },
    { ...REQUEST, acceptedPrices: [{ sku: 'TEE', unitPrice: usd(1_001) }] },
  ])('refuses the key with another body', (other) => {
    const first = begin(cartOf({ TEE: 2 }));
    expect(beginCheckout(cartOf({ TEE: 2 }), other, first, [])).toMatchObject({
      error: { code: 'IDEMPOTENCY_KEY_REUSED' },
    });
  });

  it('does not buy what another checkout may be buying', () => {
    const cart = cartOf({ TEE: 3, MUG: 1 });
    const other = begin(cartOf({ TEE: 2, MUG: 1 }));
    expect(quantities(begin(cart, [other]))).toEqual({ TEE: 1 });
    const all = begin(cart);
    expect(beginCheckout(cart, REQUEST, undefined, [all])).toMatchObject({ error: { code: 'CART_EMPTY' } });
  });

  it('refuses an empty cart, and one with more lines than an order has', () => {
    const many = Object.fromEntries(Array.from({ length: 51 }, (_, i) => [`P${i}`, 1]));
    expect(beginCheckout(cartOf({}), REQUEST, undefined, [])).toMatchObject({
      error: { code: 'CART_EMPTY' },
    });
    expect(beginCheckout(cartOf(many), REQUEST, undefined, [])).toMatchObject({
      error: { code: 'CART_FULL' },
    });
  });
});

describe('settling', () => {
  const cart = cartOf({ TEE: 2 });
  const checkout = begin(cart);

  it('an accepted order takes its lines out, once', () => {
    const accepted = settleCheckout(cart, checkout, 'PENDING');
    expect(accepted.cart.lines).toEqual([]);
    for (const outcome of ['PENDING', 'CONFIRMED', 'CANCELLED', 'NOT_PLACED'] as const) {
      expect(settleCheckout(accepted.cart, accepted.checkout, outcome)).toEqual(accepted);
    }
  });

  it('a rejected order puts back what it took, also of a cart that was changed in between', () => {
    const fewer = cartOf({ TEE: 1, MUG: 1 });
    const accepted = settleCheckout(fewer, checkout, 'PENDING');
    expect(quantities(accepted.cart)).toEqual({ MUG: 1 });
    const rejected = settleCheckout(accepted.cart, accepted.checkout, 'REJECTED');
    expect(quantities(rejected.cart)).toEqual({ TEE: 1, MUG: 1 });
    expect(settleCheckout(rejected.cart, rejected.checkout, 'PENDING')).toEqual(rejected);
  });

  it('a rejection that arrives first leaves the cart as it is', () => {
    const rejected = settleCheckout(cart, checkout, 'REJECTED');
    expect(rejected).toMatchObject({ cart, checkout: { state: 'REJECTED', isHolding: false } });
  });

  it('a refused request holds nothing any more, and may still become an order', () => {
    const refused = settleCheckout(cart, checkout, 'NOT_PLACED');
    expect(refused).toEqual({ cart, checkout: { ...checkout, isHolding: false } });
    expect(settleCheckout(refused.cart, refused.checkout, 'PENDING').cart.lines).toEqual([]);
  });
});
