import { describe, expect, it } from 'vitest';
import { HedgePolicy } from '../../src/orders/order-batcher.js';

const policyAt = () => {
  let now = 0;
  return { policy: new HedgePolicy(() => now), pass: (ms: number) => (now += ms) };
};

describe('hedging', () => {
  it('has a delay of three average answers, at least half a second', () => {
    const { policy } = policyAt();
    for (let i = 0; i < 100; i += 1) policy.answered(10);
    expect(policy.delayMs).toBe(500);
    for (let i = 0; i < 100; i += 1) policy.answered(1_000);
    expect(policy.delayMs).toBeGreaterThan(2_900);
  });

  it('repeats at most a quarter of the requests under overload', () => {
    const { policy, pass } = policyAt();
    let asked = 0;
    let again = 0;
    for (let second = 0; second < 60; second += 1) {
      for (let batch = 0; batch < 20; batch += 1) {
        pass(50);
        policy.asked(64);
        asked += 64;
        if (policy.take(64)) again += 64;
      }
    }
    expect(again / asked).toBeLessThan(0.28);
  });

  it('repeats all requests at a low rate', () => {
    const { policy, pass } = policyAt();
    for (let i = 0; i < 1_000; i += 1) {
      pass(50);
      policy.asked(1);
      expect(policy.take(1)).toBe(true);
    }
  });
});
