import { launchPlatform, type LaunchedPlatform } from '@doorbuster/platform';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startBalancer, type Balancer } from './fixtures/balancer.js';
import { Crowd, expectNothingLost } from './fixtures/crowd.js';
import { retrying, Shop } from './fixtures/shop.js';

const BUYERS = 10;
const REPLICAS = 2;
const APPS = ['payments', 'inventory', 'catalog', 'orders', 'gateway'];
/** As long as a client with some patience tries the same key again. */
const RETRY_BUDGET_MS = 10_000;
/** Of the answers that lead to an order, those that say "not now" instead: retries are for what is rare. */
const FAILURES_SHARE_MAX = 0.01;

let platform: LaunchedPlatform;
let balancer: Balancer;
let shop: Shop;
beforeAll(async () => {
  const replicas = APPS.map((app) => [`REPLICAS_${app.toUpperCase()}`, String(REPLICAS)]);
  platform = await launchPlatform({
    env: { RATE_LIMIT: 'off', LOG_LEVEL: 'info', ...Object.fromEntries(replicas) },
  });
  balancer = await startBalancer(platform.run().gateway.urls);
  await retrying(async () => ((await fetch(`${balancer.url}/readyz`)).ok ? true : undefined));
  shop = await Shop.open({ ...platform, url: balancer.url });
  await shop.stockUp('MUG', 1_000_000);
});
afterAll(async () => {
  await balancer?.close();
  await platform?.dispose();
});

const pidsOf = (app: string): number[] => platform.run().services[app]?.pids ?? [];

/** As an orchestrator replaces one: asks it to end, and waits for another that says it is there. */
async function replaceOne(app: string, index: number): Promise<void> {
  const before = pidsOf(app);
  const victim = before[index] as number;
  process.kill(victim, 'SIGTERM');
  const successor = await retrying(async () => {
    const pids = pidsOf(app);
    return pids.length === REPLICAS ? pids.find((pid) => !before.includes(pid)) : undefined;
  });
  const started = app === 'gateway' ? 'listening' : 'started';
  await retrying(async () => {
    const lines = platform.output().split('\n');
    const isThere = (line: string) =>
      line.includes(`"pid":${successor},`) && line.includes(`"msg":"${started}"`);
    return lines.some(isThere) ? true : undefined;
  });
  if (app === 'gateway') await retrying(async () => (balancer.ready() === REPLICAS ? true : undefined));
}

it('every replica of every service replaced, one after the other under load: nothing lost, no answer owed', async () => {
  const buyers = new Crowd(shop, BUYERS, () => ({
    items: [{ sku: 'MUG', quantity: 1 }],
    method: Math.random() < 0.2 ? 'pm_card_chargeDeclined' : 'pm_card_visa',
  }));
  await buyers.accepted(20);
  const failuresBefore = balancer.failures();
  for (const app of APPS) {
    for (let index = 0; index < REPLICAS; index += 1) {
      await replaceOne(app, index);
      await buyers.accepted(20);
    }
  }
  const purchases = await buyers.leave();
  expect(Math.max(...purchases.map(({ answeredAfterMs }) => answeredAfterMs))).toBeLessThan(RETRY_BUDGET_MS);
  expect((balancer.failures() - failuresBefore) / purchases.length).toBeLessThan(FAILURES_SHARE_MAX);
  await expectNothingLost(shop, purchases);
  await shop.expectAllPromisesKept();
});
