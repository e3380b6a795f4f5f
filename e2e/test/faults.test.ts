import { launchPlatform, type LaunchedPlatform } from '@doorbuster/platform';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { everyFault, inflict } from './fixtures/faults.js';
import { expectWordKept, MixedCrowd } from './fixtures/mixed-crowd.js';
import { randomOfThisRun, SEED } from './fixtures/seed.js';
import { internalErrors, Shop } from './fixtures/shop.js';

const IS_LONG = process.env['CHAOS'] === 'long';
const ROUNDS = IS_LONG ? 10 : 1;
/** crash.test.ts kills every part in the short run. */
const KINDS = IS_LONG ? (['kill', 'pause', 'cut'] as const) : (['pause', 'cut'] as const);
/** The long pause exceeds a buyer's maximum wait and LIVENESS_TIMEOUT_SECONDS. */
const PAUSE_MS_MAX = IS_LONG ? 15_000 : 3_000;
/** Number of further orders that prove that the shop goes on after a fault. */
const ORDERS_AFTER = 5;
const CUSTOMERS = 16;
const SKUS = ['ALPHA', 'BETA', 'GAMMA'];

let platform: LaunchedPlatform;
let admin: Shop;
let shops: Shop[];
beforeAll(async () => {
  platform = await launchPlatform({
    env: {
      RATE_LIMIT: 'off',
      LOG_LEVEL: 'error',
      REPLICAS_GATEWAY: '2',
      REPLICAS_CATALOG: '2',
      REPLICAS_ORDERS: '2',
      REPLICAS_INVENTORY: '2',
      REPLICAS_PAYMENTS: '2',
    },
  });
  admin = await Shop.open(platform);
  for (const sku of SKUS) await admin.stockUp(sku, 1_000_000);
  const { urls } = platform.run().gateway;
  shops = await Promise.all(
    Array.from({ length: CUSTOMERS }, (_, i) =>
      Shop.open({ ...platform, url: urls[i % urls.length] as string }, `customer-${i + 1}`),
    ),
  );
});
afterAll(() => platform?.dispose());
afterEach(() => expect(internalErrors).toEqual([]));

it(`kills, pauses and cut connections of every part under load: no promise is broken, and a 503 means no order (seed ${SEED})`, async () => {
  const random = randomOfThisRun();
  for (let round = 0; round < ROUNDS; round += 1) {
    const sale = { id: (await admin.createSale('ALPHA', 500, { limitPerCustomer: 20 })).id, sku: 'ALPHA' };
    await admin.saleIs(sale.id, 'OPEN');
    const crowd = new MixedCrowd(shops, { skus: SKUS, sale, random });
    for (const fault of everyFault({ kinds: KINDS, pauseMsMax: PAUSE_MS_MAX, random })) {
      const context = `seed ${SEED}, round ${round}, ${JSON.stringify(fault)}`;
      await inflict(platform, fault);
      await expect(crowd.accepted(ORDERS_AFTER), context).resolves.toBeUndefined();
    }
    await crowd.leave();
    await expectWordKept(crowd, platform.run().postgres.url);
    await admin.expectAllPromisesKept();
  }
});
