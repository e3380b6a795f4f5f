import { describe, expect, it } from 'vitest';
import { MINOR_DIGITS, money, price } from '../src/index.js';

/** ICU has the digits in everyday use. For these currencies they are fewer than the standard's. */
const FEWER_IN_USE = 'AFN ALL COP HUF IDR IQD IRR KPW LAK LBP MGA MMK PKR RSD SOS SYP YER'.split(' ');

/** Active codes that the ICU of this Node does not have. */
const NOT_IN_ICU = ['VED', 'XCG'];

describe('the currencies of prices', () => {
  it('are all known to ICU', () => {
    const known = new Set(Intl.supportedValuesOf('currency'));
    expect([...MINOR_DIGITS.keys()].filter((code) => !known.has(code) && !NOT_IN_ICU.includes(code))).toEqual(
      [],
    );
    expect(MINOR_DIGITS.size).toBeGreaterThan(150);
  });

  it('have the minor unit of ISO 4217', () => {
    expect(Object.fromEntries(MINOR_DIGITS)).toMatchObject({
      USD: 2,
      JPY: 0,
      KWD: 3,
      CLP: 0,
      BHD: 3,
      HUF: 2,
    });
    for (const [currency, digits] of MINOR_DIGITS) {
      if (FEWER_IN_USE.includes(currency)) continue;
      const { maximumFractionDigits } = new Intl.NumberFormat('en', {
        style: 'currency',
        currency,
      }).resolvedOptions();
      expect([currency, maximumFractionDigits]).toEqual([currency, digits]);
    }
  });

  it('are required of a price, but not of money in messages, which older releases may have written', () => {
    expect(price.safeParse({ amount: 1, currency: 'ZZZ' }).success).toBe(false);
    expect(money.safeParse({ amount: 1, currency: 'ZZZ' }).success).toBe(true);
  });
});
