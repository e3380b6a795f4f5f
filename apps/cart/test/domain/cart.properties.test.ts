import fc from 'fast-check';
import { expect, it } from 'vitest';
import { NO_CART, removeLine, setLine, type CartState } from '../../src/carts/domain/cart.js';
import { beginCheckout, settleCheckout, type Checkout } from '../../src/checkouts/domain/checkout.js';

const SKUS = ['TEE', 'CAP', 'MUG'];
const price = { amount: 100, currency: 'USD' };
const OFFERS = new Map(SKUS.map((sku) => [sku, { name: sku, price }]));
const REQUEST = { method: 'pm_card_visa', acceptedPrices: [] };
const sku = fc.constantFrom(...SKUS);

/** Every unit that the customer put in and did not take out is in the cart or in an accepted checkout. */
const step = fc.oneof(
  fc.record({ kind: fc.constant('set' as const), sku, quantity: fc.integer({ min: 1, max: 9 }) }),
  fc.record({ kind: fc.constant('remove' as const), sku }),
  fc.record({ kind: fc.constant('begin' as const) }),
  fc.record({
    kind: fc.constant('settle' as const),
    which: fc.nat(5),
    outcome: fc.constantFrom('PENDING', 'CONFIRMED', 'REJECTED', 'NOT_PLACED', 'CANCELLED'),
  }),
);

const quantityOf = (lines: readonly { sku: string; quantity: number }[], of: string): number =>
  lines.filter((line) => line.sku === of).reduce((sum, { quantity }) => sum + quantity, 0);

it('no order of outcomes, late and repeated, makes or loses a unit', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      let cart: CartState = NO_CART;
      const checkouts: Checkout[] = [];
      /** The units of each SKU that the customer has put in, net. */
      const put = new Map(SKUS.map((one) => [one, 0]));
      const change = (of: string, after: CartState): void => {
        put.set(of, (put.get(of) ?? 0) + quantityOf(after.lines, of) - quantityOf(cart.lines, of));
        cart = after;
      };
      for (const one of steps) {
        const before = cart;
        if (one.kind === 'set') {
          const after = setLine(cart, one, OFFERS);
          if (after.ok) change(one.sku, after.value);
        } else if (one.kind === 'remove') change(one.sku, removeLine(cart, one.sku));
        else if (one.kind === 'begin') {
          const begun = beginCheckout(
            cart,
            REQUEST,
            undefined,
            checkouts.filter(({ isHolding }) => isHolding),
          );
          if (begun.ok) checkouts.push(begun.value);
        } else {
          const checkout = checkouts[one.which];
          if (!checkout) continue;
          const settled = settleCheckout(cart, checkout, one.outcome);
          cart = settled.cart;
          checkouts[one.which] = settled.checkout;
        }
        expect(cart.version).toBe(before.version + (cart === before ? 0 : 1));
        for (const of of SKUS) {
          const taken = checkouts.flatMap((checkout) => checkout.taken);
          expect(quantityOf(cart.lines, of) + quantityOf(taken, of)).toBe(put.get(of));
          expect(quantityOf(cart.lines, of)).toBeGreaterThanOrEqual(0);
        }
      }
    }),
  );
});

it('two holding checkouts never buy the same unit', () => {
  fc.assert(
    fc.property(fc.array(fc.record({ sku, quantity: fc.integer({ min: 1, max: 9 }) })), (sets) => {
      let cart: CartState = NO_CART;
      const holding: Checkout[] = [];
      for (const one of sets) {
        const after = setLine(cart, one, OFFERS);
        if (after.ok) cart = after.value;
        const begun = beginCheckout(cart, REQUEST, undefined, holding);
        if (begun.ok) holding.push(begun.value);
        const bought = holding.flatMap(({ lines }) => lines);
        // A line that was made smaller since may be held whole already, so nothing more of it is bought.
        const largest = Math.max(
          0,
          ...sets.filter((set) => set.sku === one.sku).map(({ quantity }) => quantity),
        );
        expect(quantityOf(bought, one.sku)).toBeLessThanOrEqual(largest);
      }
    }),
  );
});
