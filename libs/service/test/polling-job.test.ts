import { createLogger } from '@doorbuster/telemetry';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { PollingJob } from '../src/polling-job.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('each consecutive failure of a sweep doubles the pause; after a success it is the interval again', async () => {
  let isBroken = true;
  const sweptAt: number[] = [];
  const startedAt = Date.now();
  const sweeper = new PollingJob({
    what: 'things',
    intervalMs: 500,
    logger: createLogger('test', 'silent'),
    sweep: async () => {
      sweptAt.push(Date.now() - startedAt);
      if (isBroken) throw new Error('broken');
      return false;
    },
  });
  sweeper.start();
  await vi.advanceTimersByTimeAsync(8_000);
  expect(sweptAt).toEqual([500, 1_500, 3_500, 7_500]);
  isBroken = false;
  await vi.advanceTimersByTimeAsync(9_000);
  expect(sweptAt.slice(4)).toEqual([15_500, 16_000, 16_500, 17_000]);
  await sweeper.stop();
});
