import { describe, expect, it } from 'vitest';
import {
  LINES_MAX,
  QUANTITY_MAX,
  unitsIn,
  withMore,
  withoutBought,
  type CartLine,
} from '../src/shop/cart/cart-lines.js';

const line = (sku: string, quantity: number): CartLine => ({
  sku,
  quantity,
  priceWhenAdded: { amount: 1_000, currency: 'USD' },
});

describe('a cart', () => {
  it('has one line for a product, with at most 100 units', () => {
    expect(withMore([line('MUG', 2)], line('MUG', 3))).toEqual([line('MUG', 5)]);
    expect(withMore([line('MUG', 99)], line('MUG', 3))).toEqual([line('MUG', QUANTITY_MAX)]);
  });

  it('takes no 51st product', () => {
    const full = Array.from({ length: LINES_MAX }, (_, i) => line(`SKU-${i}`, 1));
    expect(withMore(full, line('MUG', 1))).toEqual(full);
    expect(withMore(full, line('SKU-7', 1))).toHaveLength(LINES_MAX);
  });

  it('keeps what was put in while the rest was bought', () => {
    const lines = [line('MUG', 5), line('LAMP', 1), line('CAP', 1)];
    expect(withoutBought(lines, [line('MUG', 3), line('LAMP', 1)])).toEqual([line('MUG', 2), line('CAP', 1)]);
    expect(unitsIn(lines)).toBe(7);
  });
});
