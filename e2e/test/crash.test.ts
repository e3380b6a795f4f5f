import { rmSync } from 'node:fs';
import path from 'node:path';
import { eventually } from '@doorbuster/embedded/testing';
import { launchPlatform, type LaunchedPlatform } from '@doorbuster/platform';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { CartCrowd } from './fixtures/cart-crowd.js';
import { Crowd, expectNothingLost } from './fixtures/crowd.js';
import { randomOfThisRun, pick, SEED } from './fixtures/seed.js';
import { internalErrors, RECOVERY, Shop } from './fixtures/shop.js';

const ROUNDS = process.env['CHAOS'] === 'long' ? 10 : 1;
const BUYERS = 20;
const CART_BUYERS = 6;
const SKUS = ['ALPHA', 'BETA', 'GAMMA'];

let platform: LaunchedPlatform;
let shop: Shop;
beforeAll(async () => {
  platform = await launchPlatform({
    env: { RATE_LIMIT: 'off', REPLICAS_ORDERS: '2', REPLICAS_INVENTORY: '2', LOG_LEVEL: 'error' },
  });
  shop = await Shop.open(platform);
  for (const sku of SKUS) await shop.stockUp(sku, 1_000_000);
});
afterAll(() => platform?.dispose());
afterEach(() => expect(internalErrors).toEqual([]));

const random = randomOfThisRun();
const METHODS = ['pm_card_visa', 'pm_card_visa', 'pm_card_visa', 'pm_card_chargeDeclined', 'pm_sim_flaky'];
const crowd = () =>
  new Crowd(
    shop,
    BUYERS,
    () => ({
      items: [...new Set([pick(SKUS, random), pick(SKUS, random)])].map((sku) => ({ sku, quantity: 1 })),
      method: pick(METHODS, random),
    }),
    random,
  );

const pidsOf = (part: string): number[] => {
  const { services, postgres, nats } = platform.run();
  if (part !== 'postgres' && part !== 'nats') return services[part]?.pids ?? [];
  const { pid } = part === 'postgres' ? postgres : nats;
  return pid === null ? [] : [pid];
};

/** Kills one process, by `kill -9` unless told otherwise, and waits until the supervisor has replaced it. */
async function killOne(
  part: string,
  { signal = 'SIGKILL', beforeRestart }: { signal?: NodeJS.Signals; beforeRestart?: () => void } = {},
): Promise<void> {
  const victim = await eventually(() => pidsOf(part)[0], `a process of ${part}`, RECOVERY);
  process.kill(victim, signal);
  beforeRestart?.();
  const replaced = (): true | undefined => {
    const pids = pidsOf(part);
    return (pids.length > 0 && !pids.includes(victim)) || undefined;
  };
  await eventually(replaced, `another process of ${part}`, RECOVERY);
}

const PARTS = ['orders', 'inventory', 'payments', 'catalog', 'gateway', 'postgres', 'nats'];

it.each(PARTS)(
  `kill -9 of %s under load: every accepted order becomes final, nothing oversold, lost or doubled (seed ${SEED})`,
  async (part) => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const buyers = crowd();
      await buyers.accepted(30);
      await killOne(part);
      await buyers.accepted(30);
      await expectNothingLost(shop, await buyers.leave());
      await shop.expectAllPromisesKept();
    }
  },
);

it(`kill -9 of cart, gateway and orders during checkouts of carts: no change is lost, one order a key (seed ${SEED})`, async () => {
  for (let round = 0; round < ROUNDS; round += 1) {
    const buyers = await CartCrowd.open(platform, CART_BUYERS, SKUS, random);
    for (const part of ['cart', 'gateway', 'orders']) {
      await buyers.bought(CART_BUYERS);
      await killOne(part);
    }
    await buyers.bought(CART_BUYERS);
    for (const buyer of await buyers.leave()) await buyer.expectOneOrderEach();
    await shop.expectAllPromisesKept();
  }
});

it.each(['orders', 'gateway'])('SIGTERM of %s alone under load: nothing is lost', async (part) => {
  const buyers = crowd();
  await buyers.accepted(30);
  await killOne(part, { signal: 'SIGTERM' });
  await buyers.accepted(30);
  await expectNothingLost(shop, await buyers.leave());
  await shop.expectAllPromisesKept();
});

it('NATS killed and its storage deleted in the middle of checkouts: every accepted order becomes final', async () => {
  for (let round = 0; round < ROUNDS; round += 1) {
    const buyers = crowd();
    await buyers.accepted(30);
    const { dir } = platform.run().nats;
    const wipe = (): void =>
      rmSync(path.join(dir as string, 'jetstream'), { recursive: true, force: true, maxRetries: 10 });
    // The restarted server may already write again while its directory goes; a second kill makes it start on nothing.
    await killOne('nats', { beforeRestart: wipe });
    await killOne('nats', { beforeRestart: wipe });
    await buyers.accepted(30);
    await expectNothingLost(shop, await buyers.leave());
    await shop.expectAllPromisesKept();
  }
});

it('SIGTERM under load: answers open requests, exits in 10 s, continues after a restart', async () => {
  const { dataDir } = platform;
  const [last] = await shop.newestOrders();
  // A slow card keeps most of them in flight until the signal comes.
  const buying = Array.from({ length: 50 }, () =>
    shop.buy([{ sku: 'ALPHA', quantity: 1 }], { wait: 5, method: 'pm_sim_slow' }),
  );
  const areAccepted = async (): Promise<true | undefined> => {
    const accepted = (await shop.newestOrders()).filter(({ id }) => last === undefined || id > last.id);
    return accepted.length === buying.length || undefined;
  };
  await eventually(areAccepted, 'all orders to be accepted', RECOVERY);
  const stopping = Date.now();
  expect(await platform.stop()).toBe(0);
  expect(Date.now() - stopping).toBeLessThan(10_000);
  // All had been accepted when the signal came, so each must get an answer.
  const answers = await Promise.all(buying);
  const statuses = answers.map(({ status }) => status);
  expect(statuses.filter((status) => status !== 201 && status !== 202)).toEqual([]);
  expect(statuses).toContain(202);
  const accepted = answers.map(({ body }) => body.id);

  platform = await launchPlatform({ dataDir, env: { RATE_LIMIT: 'off' } });
  shop = await Shop.open(platform);
  for (const id of accepted) expect((await shop.settled(id)).status).toBe('CONFIRMED');
  await shop.expectAllPromisesKept();
});
