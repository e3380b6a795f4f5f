import { eventually } from '@doorbuster/embedded/testing';
import { launchPlatform, type LaunchedPlatform } from '@doorbuster/platform';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Crowd, expectNothingLost } from './fixtures/crowd.js';
import { startNextOrders, type Replica } from './fixtures/next-release.js';
import { SEED } from './fixtures/seed.js';
import { RECOVERY, Shop } from './fixtures/shop.js';

let platform: LaunchedPlatform;
let shop: Shop;
let database: pg.Client;
let next: Replica | undefined;
beforeAll(async () => {
  platform = await launchPlatform({ env: { RATE_LIMIT: 'off', LOG_LEVEL: 'error' } });
  shop = await Shop.open(platform);
  await shop.stockUp('MUG', 1_000_000);
  database = new pg.Client({ connectionString: platform.run().postgres.url });
  await database.connect();
});
afterAll(async () => {
  await database?.end();
  await next?.stop();
  await platform?.dispose();
});

async function restartOld(): Promise<void> {
  const before = platform.run().services['orders']?.pids ?? [];
  for (const pid of before) process.kill(pid, 'SIGTERM');
  const restarted = (): true | undefined => {
    const pids = platform.run().services['orders']?.pids ?? [];
    return (pids.length === before.length && !pids.some((pid) => before.includes(pid))) || undefined;
  };
  await eventually(restarted, 'orders to restart', RECOVERY);
}

const column = async (sql: string): Promise<unknown[]> =>
  (await database.query<unknown[]>({ text: sql, rowMode: 'array' })).rows.map(([value]) => value);

it(`orders of this and of the next release side by side: both sell, both finish, nothing is lost or left over (seed ${SEED})`, async () => {
  const buyers = new Crowd(shop, 10);
  await buyers.accepted(20);
  next = await startNextOrders(platform);
  await buyers.accepted(200);
  // It finds a schema that is ahead of its own migrations.
  await restartOld();
  const acceptedByOld = 'select count(*)::int from orders.orders where channel is null';
  const [before] = await column(acceptedByOld);
  const sellsAgain = async () => (await column(acceptedByOld))[0] !== before || undefined;
  await eventually(sellsAgain, 'the old release to accept an order', RECOVERY);
  await buyers.accepted(200);
  await expectNothingLost(shop, await buyers.leave());
  await shop.expectAllPromisesKept();

  expect(await column('select distinct channel from orders.orders order by channel')).toEqual(['web', null]);
  const versions = `select distinct version from orders.sagas where created_at >
    (select min(created_at) from orders.orders where channel = 'web') order by version`;
  const started = await column(versions);
  expect(started, 'the checkouts of both releases').toEqual([started[0], Number(started[0]) + 1]);
  for (const schema of ['orders', 'inventory', 'payments', 'catalog']) {
    expect(await column(`select error from ${schema}.dead_letters`), schema).toEqual([]);
  }
});
