import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeCursor, encodeCursor, LIST_ORDERS } from '../../../src/products/domain/list-cursor.js';

const sku = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/);
const category = fc.option(fc.string({ minLength: 1, maxLength: 64 }), { nil: undefined });
const list = fc.oneof(
  fc.record({
    query: fc.record({ q: fc.constant(undefined), category }),
    position: fc.record({ order: fc.constant(LIST_ORDERS[0]), score: fc.constant(0), sku }),
  }),
  fc.record({
    query: fc.record({ q: fc.string({ minLength: 1, maxLength: 200 }), category }),
    position: fc.record({
      order: fc.constantFrom(LIST_ORDERS[1], LIST_ORDERS[2]),
      score: fc.nat({ max: 3_000_000 }),
      sku,
    }),
  }),
  fc
    .record({
      order: fc.constantFrom(LIST_ORDERS[3], LIST_ORDERS[4]),
      score: fc.nat({ max: 3_000_000 }),
      sku,
      currency: fc.constantFrom('USD', 'JPY'),
      isCorrected: fc.boolean(),
    })
    .map((position) => ({ query: { q: undefined, category: undefined, sort: position.order }, position })),
);

const sortOf = ({ position: { order } }: { position: { order: string } }): string | undefined =>
  order.endsWith('price') ? order : undefined;

describe('the cursor of a page', () => {
  it('decodes to its position, and fits into the request', () => {
    fc.assert(
      fc.property(list, ({ query, position }) => {
        const cursor = encodeCursor(query, position);
        expect(cursor).toMatch(/^[A-Za-z0-9_-]{1,512}$/);
        expect(decodeCursor(query, cursor)).toEqual(position);
      }),
    );
  });

  it('is refused for every other list', () => {
    fc.assert(
      fc.property(list, list, (a, b) => {
        fc.pre(a.query.q !== b.query.q || a.query.category !== b.query.category || sortOf(a) !== sortOf(b));
        expect(decodeCursor(b.query, encodeCursor(a.query, a.position))).toBeUndefined();
      }),
    );
  });

  it('is the only text that decodes', () => {
    fc.assert(
      fc.property(list, fc.string({ minLength: 1 }), fc.nat(), ({ query, position }, junk, at) => {
        const cursor = encodeCursor(query, position);
        const split = at % cursor.length;
        expect(decodeCursor(query, junk)).toBeUndefined();
        expect(decodeCursor(query, cursor + junk)).toBeUndefined();
        expect(decodeCursor(query, cursor.slice(0, split))).toBeUndefined();
        expect(decodeCursor(query, cursor.slice(0, split) + junk + cursor.slice(split))).toBeUndefined();
      }),
    );
  });

  it('is refused for other prices', () => {
    const prices = { currency: 'USD', minPrice: 1, maxPrice: 2 };
    const cursor = encodeCursor(prices, { order: 'sku', score: 0, sku: 'A' });
    expect(decodeCursor(prices, cursor)).toBeDefined();
    for (const other of [{}, { ...prices, minPrice: 2 }, { ...prices, maxPrice: 1 }, { currency: 'EUR' }])
      expect(decodeCursor(other, cursor)).toBeUndefined();
  });

  it('of a release without an order by price is valid', () => {
    const cursor = 'WyJsY3ViVDRUT194TXMiLCJza3UiLDAsIkEiXQ';
    expect(decodeCursor({}, cursor)).toEqual({ order: 'sku', score: 0, sku: 'A' });
  });

  it('does not accept the order of a search for a list without one', () => {
    const cursor = encodeCursor({}, { order: 'relevance', score: 5, sku: 'A' });
    expect(decodeCursor({}, cursor)).toBeUndefined();
  });
});
