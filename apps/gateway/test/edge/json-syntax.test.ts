import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findJsonError } from '../../src/edge/json-syntax.js';

describe('the first syntax error', () => {
  it.each([
    ['hello', 1, 1, 'a value', 'h'],
    ['{"items":[', 1, 11, 'a value or ]', 'the end of the body'],
    ['{\n  "a": 1,\n  "b" 2\n}', 3, 7, 'a colon', '2'],
    ['{"a": 1,}', 1, 9, 'a property name in double quotes', '}'],
    ["{'a': 1}", 1, 2, 'a property name in double quotes or }', "'"],
    ['{"a": 1 "b": 2}', 1, 9, 'a comma or }', '"'],
    ['[1 2]', 1, 4, 'a comma or ]', '2'],
    ['[1,]', 1, 4, 'a value', ']'],
    ['{} x', 1, 4, 'nothing more', 'x'],
    ['[01]', 1, 2, 'a value or ]', '0'],
    ['[tru]', 1, 2, 'a value or ]', 't'],
    ['{"a": "x\ny"}', 1, 7, 'a closed string with valid escapes and no line break', 'a string without them'],
  ])('of %j is at line %d, column %d', (text, line, column, expected, found) => {
    expect(findJsonError(text)).toEqual({ line, column, expected, found });
  });

  it('exists exactly when the parser refuses the text', () => {
    const nearJson = fc
      .tuple(fc.json(), fc.nat(), fc.constantFrom('', ',', '}', ']', '"', '\\', '0', ':', ' ', '\u0001', 'e'))
      .map(
        ([text, at, piece]) =>
          text.slice(0, at % (text.length + 1)) + piece + text.slice((at % (text.length + 1)) + 1),
      );
    fc.assert(
      fc.property(fc.oneof(fc.json(), nearJson), (text) => {
        expect(findJsonError(text) === undefined).toBe(parses(text));
      }),
      { numRuns: 2_000 },
    );
  });

  it('is found behind 30,000 levels', () => {
    expect(findJsonError('['.repeat(30_000))?.column).toBe(30_001);
    expect(findJsonError('['.repeat(30_000) + ']'.repeat(30_000))).toBeUndefined();
  });
});

function parses(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
