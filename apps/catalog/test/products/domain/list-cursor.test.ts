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
);

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
        fc.pre(a.query.q !== b.query.q || a.query.category !== b.query.category);
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

  it('does not accept the order of a search for a list without one', () => {
    const cursor = encodeCursor({}, { order: 'relevance', score: 5, sku: 'A' });
    expect(decodeCursor({}, cursor)).toBeUndefined();
  });
});
