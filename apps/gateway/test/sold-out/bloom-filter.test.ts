import { describe, expect, it } from 'vitest';
import { bitsOf, BloomFilter } from '../../src/sold-out/sold-out-state.js';

const start = () => {
  const clock = { ms: 0 };
  return { clock, filter: new BloomFilter(1_000, () => clock.ms) };
};

describe('the Bloom filter', () => {
  it('has no false negatives, and few false positives', () => {
    const { filter } = start();
    const COUNT = 20_000;
    for (let i = 0; i < COUNT; i += 1) filter.add(bitsOf(`customer-${i}`, 'key'));
    let mistaken = 0;
    for (let i = 0; i < COUNT; i += 1) {
      expect(filter.mayHave(bitsOf(`customer-${i}`, 'key'))).toBe(true);
      if (filter.mayHave(bitsOf(`customer-${i}`, 'another-key'))) mistaken += 1;
    }
    expect(mistaken).toBeLessThan(COUNT / 1_000);
  });

  it('keeps a request for its retention, and not for ever', () => {
    const { filter, clock } = start();
    filter.add(bitsOf('alice', 'old'));
    clock.ms = 1_000;
    filter.add(bitsOf('alice', 'new'));
    expect([filter.mayHave(bitsOf('alice', 'old')), filter.mayHave(bitsOf('alice', 'new'))]).toEqual([
      true,
      true,
    ]);
    clock.ms = 2_000;
    filter.add(bitsOf('alice', 'newest'));
    expect(filter.mayHave(bitsOf('alice', 'old'))).toBe(false);
    expect(filter.mayHave(bitsOf('alice', 'new'))).toBe(true);
  });
});
