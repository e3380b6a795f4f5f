import { commandStream } from '@doorbuster/contracts';
import { startTestNatsCluster, type TestNatsCluster } from '@doorbuster/embedded/testing';
import { launchPlatform, type LaunchedPlatform } from '@doorbuster/platform';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Crowd, expectNothingLost } from './fixtures/crowd.js';
import { SEED } from './fixtures/seed.js';
import { Shop } from './fixtures/shop.js';

const BUYERS = 10;
const STREAM = commandStream('inventory');

let cluster: TestNatsCluster;
let platform: LaunchedPlatform;
let shop: Shop;
beforeAll(async () => {
  cluster = await startTestNatsCluster();
  platform = await launchPlatform({
    env: {
      NATS_URL: cluster.url('admin'),
      NATS_STREAM_REPLICAS: '3',
      RATE_LIMIT: 'off',
      REPLICAS_ORDERS: '2',
      LOG_LEVEL: 'error',
    },
  });
  shop = await Shop.open(platform);
  await shop.stockUp('MUG', 1_000_000);
});
afterAll(async () => {
  await platform?.dispose();
  await cluster?.dispose();
});

/** Accepting needs no stream; confirming does. */
async function expectCheckoutsGoOn(): Promise<void> {
  const { body } = await shop.buyUntilAnswered([{ sku: 'MUG', quantity: 1 }]);
  expect(await shop.settled(body.id)).toMatchObject({ status: 'CONFIRMED' });
}

it(`a cluster of three loses its leader, a follower, and all three under load: every accepted order becomes final (seed ${SEED})`, async () => {
  const buyers = new Crowd(shop, BUYERS);
  await buyers.accepted(30);

  const leader = await cluster.leaderOf(STREAM);
  await leader.kill();
  await buyers.accepted(30);
  await expectCheckoutsGoOn();
  await leader.start();

  const second = await cluster.leaderOf(STREAM);
  expect(second).not.toBe(leader);
  const follower = cluster.servers.find((server) => server !== second) ?? leader;
  await follower.kill();
  await buyers.accepted(30);
  await expectCheckoutsGoOn();
  await follower.start();
  await cluster.leaderOf(STREAM);

  await Promise.all(cluster.servers.map((server) => server.kill()));
  await Promise.all(cluster.servers.map((server) => server.start()));
  await buyers.accepted(30);

  await expectNothingLost(shop, await buyers.leave());
  await shop.expectAllPromisesKept();
});
