import { describe, expect, it } from 'vitest';
import { OptionError } from '@doorbuster/service/process';
import { parseOptions } from '../src/options.js';

const refusal = (...args: string[]): string => {
  try {
    parseOptions(args);
  } catch (error) {
    if (error instanceof OptionError) return error.message;
  }
  throw new Error(`${args.join(' ')} was not refused`);
};

describe('options', () => {
  it('has a default for everything, and a seed that the report can name', () => {
    expect(parseOptions([])).toMatchObject({
      buyers: 20_000,
      stock: 1_000,
      rate: 'burst',
      declinePercent: 10,
      patienceMs: 30_000,
      warmUp: 2_000,
      seed: expect.any(Number),
      chaos: false,
    });
  });

  it('takes arrivals a second instead of a burst', () => {
    expect(parseOptions(['--rate', '250'])).toMatchObject({ rate: 250 });
  });

  it('is more patient in chaos, and warms nothing up in a deployment that it is not asked to', () => {
    expect(parseOptions(['--chaos'])).toMatchObject({ patienceMs: 60_000 });
    expect(parseOptions(['--url', 'http://localhost:3000/'])).toMatchObject({
      warmUp: 0,
      url: 'http://localhost:3000',
    });
  });

  it('names every option that is wrong, and what it takes', () => {
    expect(refusal('--buyers', 'many', '--decline', '101')).toBe(
      '--buyers must be a whole number from 1 to 1000000; it is "many".\n' +
        '--decline must be a whole number from 0 to 100; it is "101".',
    );
    expect(refusal('--rate', 'slowly')).toContain('--rate must be burst, or a whole number');
    expect(refusal('--url', 'localhost')).toContain('--url must be http://host:port');
    expect(refusal('--buyer', '5')).toMatch(/^--buyer is not an option; there are --buyers, /);
    expect(refusal('--stock', '-1')).toMatch(/^--stock must be .* it is "-1"\.$/);
    expect(refusal('--stock')).toBe('--stock needs a value.');
    expect(refusal('--chaos', '--url', 'http://shop')).toContain('--chaos');
  });

  it('gives help instead', () => {
    expect(parseOptions(['--help'])).toBe('help');
  });
});
