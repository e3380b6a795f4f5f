import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { effectiveChanges, type ProductDetails } from '../../../src/products/domain/product.js';

const details: fc.Arbitrary<ProductDetails> = fc.record({
  name: fc.constantFrom('a', 'b'),
  description: fc.constantFrom('', 'x'),
  category: fc.constantFrom('c', 'd'),
  price: fc.record({ amount: fc.constantFrom(0, 1), currency: fc.constantFrom('USD', 'EUR') }),
});
const requested = details.chain((full) =>
  fc.subarray(Object.entries(full)).map((some) => Object.fromEntries(some)),
);

describe('the effective changes of a PATCH', () => {
  it('make the product as requested, and contain no field that had the value before', () => {
    fc.assert(
      fc.property(details, requested, (product, changes) => {
        const effective = effectiveChanges(product, changes);
        expect({ ...product, ...effective }).toEqual({ ...product, ...changes });
        for (const field of Object.keys(effective ?? {}) as (keyof ProductDetails)[]) {
          expect(effective?.[field]).not.toEqual(product[field]);
        }
      }),
    );
  });

  it('are undefined when the product has all requested values', () => {
    fc.assert(
      fc.property(details, (product) => {
        expect(effectiveChanges(product, structuredClone(product))).toBeUndefined();
        expect(effectiveChanges(product, {})).toBeUndefined();
      }),
    );
  });

  it('treat a price in another currency as another price', () => {
    const product: ProductDetails = {
      name: 'a',
      description: '',
      category: 'c',
      price: { amount: 5, currency: 'USD' },
    };
    const price = { amount: 5, currency: 'EUR' };
    expect(effectiveChanges(product, { price })).toEqual({ price });
  });
});
