import { describe, expect, it } from 'vitest';
import {
  mergeItems,
  NO_CART,
  putBack,
  removeLine,
  setLine,
  takeOut,
  viewOf,
  type CartState,
} from '../../src/carts/domain/cart.js';

const usd = (amount: number) => ({ amount, currency: 'USD' });
const OFFERS = new Map([
  ['TEE', { name: 'T-shirt', price: usd(1_999) }],
  ['MUG', { name: 'Mug', price: usd(999) }],
  ...Array.from({ length: 60 }, (_, i) => [`P${i}`, { name: `Product ${i}`, price: usd(100) }] as const),
]);
const line = (sku: string, quantity: number, amount = 1_999) => ({
  sku,
  quantity,
  priceWhenAdded: usd(amount),
});
const bought = (sku: string, quantity: number, amount = 1_999) => ({ sku, quantity, unitPrice: usd(amount) });
const cartOf = (...lines: CartState['lines']): CartState => ({ version: 3, lines });
const value = (reply: ReturnType<typeof setLine>): CartState => {
  if (!reply.ok) throw new Error(reply.error.code);
  return reply.value;
};

describe('setting a line', () => {
  it('puts it in at the price now, and makes the next version', () => {
    expect(value(setLine(NO_CART, { sku: 'TEE', quantity: 2 }, OFFERS))).toEqual({
      version: 1,
      lines: [line('TEE', 2)],
    });
  });

  it('keeps the price when it was added, and its place', () => {
    const cart = cartOf(line('TEE', 1, 1_500), line('MUG', 1, 999));
    expect(value(setLine(cart, { sku: 'TEE', quantity: 5 }, OFFERS)).lines).toEqual([
      line('TEE', 5, 1_500),
      line('MUG', 1, 999),
    ]);
  });

  it('accepts only the first of two changes with one version, also to the same quantity', () => {
    const cart = cartOf(line('TEE', 1));
    const change = { sku: 'TEE', quantity: 1, version: 3 };
    const first = value(setLine(cart, change, OFFERS));
    expect(setLine(first, change, OFFERS)).toMatchObject({ ok: false, error: { code: 'CART_CHANGED' } });
  });

  it('refuses an unknown SKU, and names it', () => {
    expect(setLine(NO_CART, { sku: 'GHOST', quantity: 1 }, OFFERS)).toMatchObject({
      ok: false,
      error: { code: 'UNKNOWN_SKU', detail: 'There is no product GHOST.' },
    });
  });

  it('refuses the 51st product, and still changes the 50 that are there', () => {
    const full = cartOf(...Array.from({ length: 50 }, (_, i) => line(`P${i}`, 1, 100)));
    expect(setLine(full, { sku: 'TEE', quantity: 1 }, OFFERS)).toMatchObject({
      ok: false,
      error: { code: 'CART_FULL' },
    });
    expect(value(setLine(full, { sku: 'P7', quantity: 2 }, OFFERS)).lines[7]?.quantity).toBe(2);
  });
});

it('removing a line that is not there changes nothing', () => {
  const cart = cartOf(line('TEE', 1));
  expect(removeLine(cart, 'MUG')).toBe(cart);
  expect(removeLine(cart, 'TEE')).toEqual({ version: 4, lines: [] });
});

it('merging takes the greater quantity of each SKU, and changes nothing when all are there', () => {
  const cart = cartOf(line('TEE', 3));
  const merged = mergeItems(
    cart,
    [
      { sku: 'TEE', quantity: 2 },
      { sku: 'MUG', quantity: 1 },
      { sku: 'MUG', quantity: 4 },
    ],
    OFFERS,
  );
  expect(value(merged).lines).toEqual([line('TEE', 3), line('MUG', 4, 999)]);
  expect(value(mergeItems(cart, [{ sku: 'TEE', quantity: 3 }], OFFERS))).toBe(cart);
});

it('units that were added since a purchase stay, and what was not there is not taken', () => {
  const { cart, taken } = takeOut(cartOf(line('TEE', 5), line('MUG', 1, 999)), [
    bought('TEE', 3),
    bought('MUG', 2, 999),
    bought('P1', 1),
  ]);
  expect(cart).toEqual({ version: 4, lines: [line('TEE', 2)] });
  expect(taken).toEqual([bought('TEE', 3), bought('MUG', 1, 999)]);
});

it('lines come back at the accepted price, beside those that were added since, also beyond 50 lines', () => {
  const since = Array.from({ length: 50 }, (_, i) => line(`P${i}`, 1, 100));
  const cart = putBack(cartOf(...since), [bought('P0', 99), bought('P1', 100), bought('TEE', 2, 1_899)]);
  expect(cart.lines).toHaveLength(51);
  expect(cart.lines.slice(0, 2)).toEqual([line('P0', 100, 100), line('P1', 100, 100)]);
  expect(cart.lines.at(-1)).toEqual(line('TEE', 2, 1_899));
});

describe('the view', () => {
  it('has the price now beside the price when added, and totals the prices now', () => {
    expect(viewOf(cartOf(line('TEE', 2, 1_500), line('MUG', 1, 999)), OFFERS)).toEqual({
      items: [
        { sku: 'TEE', name: 'T-shirt', quantity: 2, unitPrice: usd(1_999), priceWhenAdded: usd(1_500) },
        { sku: 'MUG', name: 'Mug', quantity: 1, unitPrice: usd(999), priceWhenAdded: usd(999) },
      ],
      total: usd(4_997),
      version: 3,
    });
  });

  it('has no total for an empty cart, and none for two currencies', () => {
    const yen = new Map([...OFFERS, ['FAN', { name: 'Fan', price: { amount: 500, currency: 'JPY' } }]]);
    expect(viewOf(NO_CART, OFFERS)).toEqual({ items: [], total: null, version: 0 });
    expect(viewOf(cartOf(line('TEE', 1), line('FAN', 1)), yen).total).toBeNull();
  });
});
