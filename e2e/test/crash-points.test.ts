import { launchPlatform, type LaunchedPlatform } from '@doorbuster/platform';
import { afterAll, afterEach, expect, it } from 'vitest';
import { Crowd, expectNothingLost } from './fixtures/crowd.js';
import { SEED } from './fixtures/seed.js';
import { internalErrors, Shop } from './fixtures/shop.js';

const BUYERS = 20;
const ORDERS_AT_LEAST = 40;
/** How many orders share a batch depends on the machine's speed, so a service may need more of them to die. */
const ORDERS_MAX = 2_000;
const CRASHING = ['orders', 'inventory', 'payments'];

let platform: LaunchedPlatform | undefined;
afterAll(() => platform?.dispose());
afterEach(() => expect(internalErrors).toEqual([]));

it(`services that die after every few commits, publications and batches lose nothing and double nothing (seed ${SEED})`, async () => {
  platform = await launchPlatform({
    env: {
      NODE_ENV: 'test',
      FAULT_POINTS: 'outbox.after-commit=11,outbox.after-publish=17,consumer.before-ack=13',
      RATE_LIMIT: 'off',
      LOG_LEVEL: 'error',
    },
  });
  const { services } = platform.run();
  const shop = await Shop.open(platform);
  await shop.stockUp('MUG', 1_000_000);
  const buyers = new Crowd(shop, BUYERS);
  const restarted = () =>
    CRASHING.filter((name) => platform?.run().services[name]?.pids[0] !== services[name]?.pids[0]);
  await buyers.accepted(ORDERS_AT_LEAST);
  while (restarted().length < CRASHING.length && buyers.purchases.length < ORDERS_MAX) {
    await buyers.accepted(1);
  }
  await expectNothingLost(shop, await buyers.leave());
  await shop.expectAllPromisesKept();
  expect(restarted()).toEqual(CRASHING);
});
