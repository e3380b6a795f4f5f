import { describe, expect, it } from 'vitest';
import { formatMoney, percentOff, spokenTimeLeft, timeLeft, times } from '../src/ui/format.js';

describe('a price', () => {
  it.each([
    [1_999, 'USD', '$19.99'],
    [0, 'USD', '$0.00'],
    [1_999, 'JPY', '¥1,999'],
    [1_999, 'KWD', 'KWD 1.999'],
    [100_000_000, 'EUR', '€1,000,000.00'],
  ])('%i %s is %s', (amount, currency, text) => {
    expect(formatMoney({ amount, currency }).replaceAll(/\s/g, ' ')).toBe(text);
  });

  it('of several units, and how much less it is', () => {
    const usd = (amount: number) => ({ amount, currency: 'USD' });
    expect(times(usd(1_999), 3)).toEqual(usd(5_997));
    expect(percentOff(usd(49_900), usd(24_900))).toBe(50);
    expect(percentOff(usd(1_000), usd(1_200))).toBe(0);
    expect(percentOff({ amount: 1_000, currency: 'EUR' }, usd(500))).toBe(0);
  });
});

describe('a countdown', () => {
  it('rounds up, so that it shows 0 only when the time is over', () => {
    expect(timeLeft(1)).toEqual({ days: 0, hours: 0, minutes: 0, seconds: 1 });
    expect(timeLeft(0)).toEqual({ days: 0, hours: 0, minutes: 0, seconds: 0 });
    expect(timeLeft(-5_000)).toEqual({ days: 0, hours: 0, minutes: 0, seconds: 0 });
    expect(timeLeft(((26 * 60 + 3) * 60 + 4) * 1_000 - 999)).toEqual({
      days: 1,
      hours: 2,
      minutes: 3,
      seconds: 4,
    });
  });

  it('is told in its two largest units', () => {
    expect(spokenTimeLeft(timeLeft(3_661_000))).toBe('1 hour 1 minute');
    expect(spokenTimeLeft(timeLeft(2_000))).toBe('2 seconds');
    expect(spokenTimeLeft(timeLeft(0))).toBe('0 seconds');
  });
});
