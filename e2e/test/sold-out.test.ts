import { randomUUID } from 'node:crypto';
import { launchPlatform, type LaunchedPlatform } from '@doorbuster/platform';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Shop } from './fixtures/shop.js';

let platform: LaunchedPlatform;
let shop: Shop;
let database: pg.Client;
beforeAll(async () => {
  platform = await launchPlatform({ env: { RATE_LIMIT: 'off', REPLICAS_INVENTORY: '2' } });
  shop = await Shop.open(platform);
  database = new pg.Client({ connectionString: platform.run().postgres.url });
  await database.connect();
});
afterAll(async () => {
  await database?.end();
  await platform?.dispose();
});

const UNITS = 20;
const LATECOMERS = 100;
const ticket = [{ sku: 'TICKET', quantity: 1 }];

const countOrders = async (): Promise<number> => {
  const { rows } = await database.query<{ count: string }>('select count(*) from orders.orders');
  return Number(rows[0]?.count);
};

it('refuses orders for a sold-out SKU in the gateway, repeats earlier answers, and sells returned units', async () => {
  await shop.stockUp('TICKET', UNITS);
  const key = randomUUID();
  const first = await shop.buy(ticket, { key, wait: 30 });
  expect(first.status).toBe(201);
  const others = await Promise.all(Array.from({ length: UNITS - 1 }, () => shop.buy(ticket, { wait: 30 })));
  expect(others.map(({ status }) => status)).toEqual(others.map(() => 201));

  // A refusal by an order names it; one at the gate has no order to name.
  await expect
    .poll(async () => (await shop.buy(ticket, { wait: 30 })).body, { timeout: 10_000 })
    .toEqual(expect.not.objectContaining({ orderId: expect.anything() }));
  const before = await countOrders();
  const refused = await Promise.all(Array.from({ length: LATECOMERS }, () => shop.buy(ticket)));
  for (const { status, body } of refused)
    expect([status, body]).toMatchObject([409, { code: 'OUT_OF_STOCK' }]);
  expect(await countOrders()).toBe(before);

  expect(await shop.buy(ticket, { key, wait: 30 })).toMatchObject({
    status: 201,
    body: { id: first.body.id },
  });
  expect(await shop.buy([{ sku: 'TICKET', quantity: 2 }], { key })).toMatchObject({ status: 422 });

  await shop.customer.cancelOrder(first.body.id, { waitSeconds: 30 });
  await expect.poll(async () => (await shop.buy(ticket, { wait: 30 })).status, { timeout: 10_000 }).toBe(201);
  await shop.expectAllPromisesKept();
  expect(await shop.levels('TICKET')).toMatchObject({ available: 0, sold: UNITS });
});

it('a declined card gives its unit to the next buyer', async () => {
  await shop.stockUp('LAST-ONE', 1);
  const one = [{ sku: 'LAST-ONE', quantity: 1 }];
  const declined = await shop.buy(one, { method: 'pm_card_chargeDeclined', wait: 30 });
  expect(declined.status).toBe(402);
  await expect.poll(async () => (await shop.buy(one, { wait: 30 })).status, { timeout: 10_000 }).toBe(201);
  await shop.expectAllPromisesKept();
});
