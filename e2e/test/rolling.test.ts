import { eventually } from '@doorbuster/embedded/testing';
import { launchPlatform, type LaunchedPlatform } from '@doorbuster/platform';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startBalancer, type Balancer } from './fixtures/balancer.js';
import { Crowd, expectNothingLost } from './fixtures/crowd.js';
import { SEED } from './fixtures/seed.js';
import { apiOf, RECOVERY, Shop } from './fixtures/shop.js';

const BUYERS = 10;
const REPLICAS = 2;
const APPS = ['payments', 'inventory', 'catalog', 'orders', 'gateway'];
/** Time for which a patient client repeats the same key. */
const RETRY_BUDGET_MS = 10_000;
/** Maximum share of 5xx answers: retries must be rare. */
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
  await eventually(() => apiOf(balancer.url).readiness(), 'a gateway to be ready', RECOVERY);
  shop = await Shop.open({ ...platform, url: balancer.url });
  await shop.stockUp('MUG', 1_000_000);
});
afterAll(async () => {
  await balancer?.close();
  await platform?.dispose();
});

const pidsOf = (app: string): number[] => platform.run().services[app]?.pids ?? [];

/** Replaces one replica as an orchestrator does: SIGTERM, then waits for a successor that is ready. */
async function replaceOne(app: string, index: number): Promise<void> {
  const before = pidsOf(app);
  const victim = before[index] as number;
  process.kill(victim, 'SIGTERM');
  const newPid = (): number | undefined => {
    const pids = pidsOf(app);
    return pids.length === REPLICAS ? pids.find((pid) => !before.includes(pid)) : undefined;
  };
  const successor = await eventually(newPid, `another process of ${app}`, RECOVERY);
  const started = app === 'gateway' ? 'listening' : 'started';
  const isStarted = (line: string): boolean =>
    line.includes(`"pid":${successor},`) && line.includes(`"msg":"${started}"`);
  const hasStarted = () => platform.output().split('\n').some(isStarted) || undefined;
  await eventually(hasStarted, `${app} to start`, RECOVERY);
  if (app === 'gateway')
    await eventually(() => balancer.ready() === REPLICAS || undefined, 'both gateways to be ready', RECOVERY);
}

/** Ten replicas, each stopped and started: two minutes, and twice as long on a busy machine. */
const TIMEOUT_MS = 400_000;

it(
  `every replica of every service replaced, one after the other under load: nothing is lost, every request is answered (seed ${SEED})`,
  async () => {
    const buyers = new Crowd(shop, BUYERS);
    await buyers.accepted(20);
    const failuresBefore = balancer.failures();
    for (const app of APPS) {
      for (let index = 0; index < REPLICAS; index += 1) {
        await replaceOne(app, index);
        await buyers.accepted(20);
      }
    }
    const purchases = await buyers.leave();
    expect(Math.max(...purchases.map(({ answeredAfterMs }) => answeredAfterMs))).toBeLessThan(
      RETRY_BUDGET_MS,
    );
    expect((balancer.failures() - failuresBefore) / purchases.length).toBeLessThan(FAILURES_SHARE_MAX);
    await expectNothingLost(shop, purchases);
    await shop.expectAllPromisesKept();
  },
  TIMEOUT_MS,
);
