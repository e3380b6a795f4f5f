import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { launchPlatform, type LaunchedPlatform } from '@doorbuster/platform';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { coverageEnvironment, executedSince } from './fixtures/executed-files.js';
import { Shop } from './fixtures/shop.js';

/** Maximum source files that one checkout executes, by app, and of all libraries together. Lower yours when it needs fewer. */
const FILES_MAX = {
  'apps/gateway': 14,
  'apps/orders': 11,
  'apps/inventory': 8,
  'apps/payments': 11,
  'apps/catalog': 0,
  libs: 23,
};

/** Longer than the periods of probes, polling jobs and clock readings. */
const IDLE_MS = 8_000;

const coverage = mkdtempSync(path.join(tmpdir(), 'doorbuster-coverage-'));
let platform: LaunchedPlatform;
let shop: Shop;
beforeAll(async () => {
  platform = await launchPlatform({ env: coverageEnvironment(coverage) });
  shop = await Shop.open(platform);
  await shop.stockUp('MUG', 10);
});
afterAll(async () => {
  await platform?.dispose();
  rmSync(coverage, { recursive: true, force: true });
});

/** Resolves when the saga has ended. */
async function buy(): Promise<void> {
  const bought = await shop.buy([{ sku: 'MUG', quantity: 1 }], { wait: 20 });
  expect(bought).toMatchObject({ status: 201, body: { status: 'CONFIRMED' } });
  await shop.expectAllPromisesKept();
}

const executed = (): Promise<Set<string>> => {
  const { services } = platform.run();
  const pids = Object.values(services).flatMap((service) => service.pids);
  return executedSince(coverage, pids);
};

describe('one POST /v1/orders', () => {
  it('executes few source files beside those of an idle platform', async () => {
    // The first order fills caches, so it executes more.
    await buy();
    await executed();
    await sleep(IDLE_MS);
    const idle = await executed();
    await buy();
    const first = await executed();
    await buy();
    // What only one of the two orders executed is a job that ran by chance.
    const files = [...(await executed())].filter((file) => first.has(file) && !idle.has(file)).toSorted();
    for (const [folder, max] of Object.entries(FILES_MAX)) {
      const own = files.filter((file) => file.startsWith(`${folder}/`));
      expect.soft(own.length, own.join('\n')).toBeLessThanOrEqual(max);
      // Finding nothing at all would be a fault of the measurement.
      if (max > 0) expect.soft(own.length, folder).toBeGreaterThan(0);
    }
  });
});
