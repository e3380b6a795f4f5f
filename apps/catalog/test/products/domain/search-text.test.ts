import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { correctable, correctedQuery, typedPrefix } from '../../../src/products/domain/search-query.js';
import { editDistance, parseSearch } from '../../../src/products/domain/search-text.js';

describe('a search text', () => {
  it.each([
    ['Café', 'cafe'],
    ['Men’s SHIRT', 'men shirt'],
    ['T-Shirt', 'tshirt'],
    ['t shirt', 'tshirt'],
    ['pour-over kettle', '"pour over" kettle'],
    ['mug -t-shirt', 'mug -tshirt'],
    ['"camp fire" -mug', '"camp fire " -mug'],
    ['mug/cup, 0.9 l', 'mug cup 0 9 l'],
    ['s or m', 's or m'],
    ['&|!():*', ''],
  ])('%s is searched as %s', (q, withPhrases) => {
    expect(parseSearch(q).withPhrases).toBe(withPhrases);
  });

  it('joins compounds and single letters in its second form', () => {
    expect(parseSearch('pour-over e bike').withCompounds).toBe('pourover ebike');
  });

  it.each(['"camp fire"', 'mug or cup', 'cup -mug'])('%s says exactly what to find', (q) => {
    expect(parseSearch(q).words).toEqual([]);
  });

  it('with a short or no last word has no incomplete word', () => {
    expect(typedPrefix(['mug', 'c'])).toBeUndefined();
    expect(typedPrefix([])).toBeUndefined();
    expect(typedPrefix(['enamel', 'mu'])).toEqual({ prefix: 'mu', before: 'enamel' });
  });

  it('of more than ten words is not corrected', () => {
    expect(correctable(Array.from({ length: 11 }, (_, i) => `word${i}`))).toEqual([]);
  });

  it('is corrected word by word, alone or joined to a neighbour', () => {
    const similar = [
      { word: 'bluetoth', term: 'bluetooth' },
      { word: 'speeker', term: 'speaker' },
      { word: 'speeker', term: 'sneaker' },
    ];
    expect(correctedQuery(['blue', 'toth', 'speeker'], similar)).toBe(
      `('blue' | 'bluetooth':AB) & ('toth' | 'bluetooth':AB) & ('speeker' | 'speaker':AB)`,
    );
  });
});

describe('the edit distance', () => {
  it.each([
    ['mug', 'mug', 0],
    ['mgu', 'mug', 1],
    ['mugg', 'mug', 1],
    ['mg', 'mug', 1],
    ['mag', 'mug', 1],
    ['gum', 'mug', 2],
    ['headfones', 'headphones', 2],
    ['', 'mug', 3],
  ])('of %s and %s is %i', (a, b, distance) => {
    expect(editDistance(a, b)).toBe(distance);
  });

  it('is the same in either direction, and at most the length of the longer word', () => {
    const word = fc.string({ maxLength: 8, unit: fc.constantFrom('a', 'b', 'c') });
    fc.assert(
      fc.property(word, word, (a, b) => {
        expect(editDistance(a, b)).toBe(editDistance(b, a));
        expect(editDistance(a, b)).toBeLessThanOrEqual(Math.max(a.length, b.length));
        expect(editDistance(a, b) === 0).toBe(a === b);
      }),
    );
  });
});
