import { describe, expect, it } from 'vitest';
import { nextRestart, type RestartPolicy } from '../src/supervision/restart-policy.js';

const policy: RestartPolicy = { firstDelayMs: 100, delayMsMax: 1_000, stableAfterMs: 5_000 };

describe('the restart policy', () => {
  it('waits twice as long after each end in a row, up to its maximum', () => {
    const delays: number[] = [];
    let failures = 0;
    for (let end = 0; end < 6; end += 1) {
      const restart = nextRestart(policy, failures, 10);
      failures = restart.failures;
      delays.push(restart.delayMs);
    }
    expect(delays).toEqual([100, 200, 400, 800, 1_000, 1_000]);
  });

  it('begins anew after a stable run', () => {
    expect(nextRestart(policy, 7, 5_000)).toEqual({ failures: 1, delayMs: 100 });
    expect(nextRestart(policy, 7, 4_999)).toEqual({ failures: 8, delayMs: 1_000 });
  });
});
