import { describe, expect, it } from 'vitest';
import { SoldOutPools } from '../../src/sold-out/sold-out-state.js';

const start = (poolsMax = 10) => {
  const clock = { ms: 0 };
  const pools = new SoldOutPools({ poolsMax, checkAfterMs: 1_000, leaseMs: 5_000, now: () => clock.ms });
  return { clock, pools };
};

describe('the sold-out pools', () => {
  it('are empty at first', () => {
    const { pools } = start();
    expect(pools.isSoldOut('A')).toBe(false);
    expect(pools.isSuspect('A')).toBe(false);
    expect(pools.isUncertain('A')).toBe(true);
  });

  it('apply the events of each pool', () => {
    const { pools } = start();
    pools.applyEvent('A', true, 10);
    expect([pools.isSoldOut('A'), pools.isSoldOut('B'), pools.count]).toEqual([true, false, 1]);
    pools.applyEvent('A', false, 20);
    expect([pools.isSoldOut('A'), pools.count]).toEqual([false, 0]);
  });

  it('ignore an older event that arrives later', () => {
    const { pools } = start();
    pools.applyEvent('A', false, 20);
    pools.applyEvent('A', true, 10);
    expect(pools.isSoldOut('A')).toBe(false);
  });

  it('are due for a check after a second, and expire with their lease', () => {
    const { pools, clock } = start();
    pools.applyEvent('A', true, 10);
    expect(pools.isSuspect('A')).toBe(false);
    clock.ms = 1_000;
    expect([pools.isSuspect('A'), pools.isSoldOut('A')]).toEqual([true, true]);
    clock.ms = 5_000;
    expect(pools.isSoldOut('A')).toBe(false);
  });

  it('get a new lease by a check that confirms, and end by one that does not', () => {
    const { pools, clock } = start();
    pools.applyEvent('A', true, 10);
    clock.ms = 4_000;
    pools.applyCheck('A', true, pools.stateOf('A'));
    clock.ms = 8_000;
    expect(pools.isSoldOut('A')).toBe(true);
    pools.applyCheck('A', false, pools.stateOf('A'));
    expect([pools.isSoldOut('A'), pools.count]).toEqual([false, 0]);
  });

  it('ignore a check that began before the last event', () => {
    const { pools } = start();
    pools.applyEvent('A', true, 10);
    const asked = pools.stateOf('A');
    pools.applyEvent('A', false, 20);
    pools.applyCheck('A', true, asked);
    expect(pools.isSoldOut('A')).toBe(false);
  });

  it('are bounded: a dropped pool is not sold out', () => {
    const { pools } = start(2);
    for (const pool of ['A', 'B', 'C']) pools.applyEvent(pool, true, 10);
    expect([pools.count, pools.isSoldOut('A'), pools.isSoldOut('C')]).toEqual([2, false, true]);
    pools.clear();
    expect([pools.count, pools.isSoldOut('C')]).toEqual([0, false]);
  });
});
