import { describe, expect, it } from 'vitest';
import { SoldOutPools } from '../../src/sold-out/sold-out-pools.js';

const start = (poolsMax = 10) => {
  const clock = { ms: 0 };
  const pools = new SoldOutPools({ poolsMax, checkAfterMs: 1_000, leaseMs: 5_000, now: () => clock.ms });
  return { clock, pools };
};

describe('what is known of pools', () => {
  it('is nothing at first', () => {
    const { pools } = start();
    expect(pools.isSoldOut('A')).toBe(false);
    expect(pools.isSuspect('A')).toBe(false);
    expect(pools.isUncertain('A')).toBe(true);
  });

  it('follows what is heard, each pool for itself', () => {
    const { pools } = start();
    pools.heard('A', true, 10);
    expect([pools.isSoldOut('A'), pools.isSoldOut('B'), pools.closed]).toEqual([true, false, 1]);
    pools.heard('A', false, 20);
    expect([pools.isSoldOut('A'), pools.closed]).toEqual([false, 0]);
  });

  it('is not changed by an older word that comes later', () => {
    const { pools } = start();
    pools.heard('A', false, 20);
    pools.heard('A', true, 10);
    expect(pools.isSoldOut('A')).toBe(false);
  });

  it('is to be checked after a second, and ends with its lease', () => {
    const { pools, clock } = start();
    pools.heard('A', true, 10);
    expect(pools.isSuspect('A')).toBe(false);
    clock.ms = 1_000;
    expect([pools.isSuspect('A'), pools.isSoldOut('A')]).toEqual([true, true]);
    clock.ms = 5_000;
    expect(pools.isSoldOut('A')).toBe(false);
  });

  it('is good for another lease once it is confirmed, and ends when it is denied', () => {
    const { pools, clock } = start();
    pools.heard('A', true, 10);
    clock.ms = 4_000;
    pools.checked('A', true, pools.stateOf('A'));
    clock.ms = 8_000;
    expect(pools.isSoldOut('A')).toBe(true);
    pools.checked('A', false, pools.stateOf('A'));
    expect([pools.isSoldOut('A'), pools.closed]).toEqual([false, 0]);
  });

  it('is not changed by an answer to what was asked before the last word', () => {
    const { pools } = start();
    pools.heard('A', true, 10);
    const asked = pools.stateOf('A');
    pools.heard('A', false, 20);
    pools.checked('A', true, asked);
    expect(pools.isSoldOut('A')).toBe(false);
  });

  it('is bounded: what is forgotten is open', () => {
    const { pools } = start(2);
    for (const pool of ['A', 'B', 'C']) pools.heard(pool, true, 10);
    expect([pools.closed, pools.isSoldOut('A'), pools.isSoldOut('C')]).toEqual([2, false, true]);
    pools.forget();
    expect([pools.closed, pools.isSoldOut('C')]).toEqual([0, false]);
  });
});
