import { randomUUID } from 'node:crypto';
import { launchPlatform, type LaunchedPlatform } from '@doorbuster/platform';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { multiplyOrders } from '../../tools/bench/src/multiply-orders.js';
import { Shop, type OrderItem } from './fixtures/shop.js';

let platform: LaunchedPlatform;
let shop: Shop;
let shops: Shop[];
let database: pg.Client;
beforeAll(async () => {
  platform = await launchPlatform({
    env: { RATE_LIMIT: 'off', REPLICAS_ORDERS: '2', REPLICAS_INVENTORY: '2' },
  });
  shops = await Shop.openFor(platform, CUSTOMERS);
  shop = shops[0] as Shop;
  database = new pg.Client({ connectionString: platform.run().postgres.url });
  await database.connect();
});
afterAll(async () => {
  await database?.end();
  await platform?.dispose();
});

const BUYERS = 200;
const CUSTOMERS = 10;
/** The buyers share the customers' accounts. */
const shopOf = (buyer: number): Shop => shops[buyer % CUSTOMERS] as Shop;
const UNITS = 100;

it('200 buyers at once for 100 units: exactly 100 are sold', async () => {
  await shop.stockUp('TICKET', UNITS);
  const answers = await Promise.all(
    Array.from({ length: BUYERS }, (_, i) => shopOf(i).buy([{ sku: 'TICKET', quantity: 1 }], { wait: 30 })),
  );
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(UNITS);
  expect(answers.filter(({ status }) => status === 409)).toHaveLength(BUYERS - UNITS);
  await shop.expectAllPromisesKept();
  expect(await shop.levels('TICKET')).toEqual({
    sku: 'TICKET',
    available: 0,
    reserved: 0,
    sold: UNITS,
    received: UNITS,
    setAside: 0,
  });
});

it('orders of one and two lines, in every order of SKUs: no deadlock, no 5xx, all sold', async () => {
  const skus = ['RED', 'GREEN', 'BLUE'];
  for (const sku of skus) await shop.stockUp(sku, UNITS);
  // Each third of the buyers orders another pair, in another order; buyers of one line take the rest.
  const wants = (i: number): OrderItem[] => {
    const first = { sku: skus[i % 3] as string, quantity: 1 };
    return i % 2 === 0
      ? [first]
      : [first, { sku: skus[(i + 1 + (i % 4 === 1 ? 0 : 1)) % 3] as string, quantity: 1 }];
  };
  const answers = await Promise.all(
    Array.from({ length: BUYERS }, async (_, i) => ({
      items: wants(i),
      answer: await shopOf(i).buy(wants(i), { wait: 30 }),
    })),
  );
  expect(answers.filter(({ answer }) => ![201, 409].includes(answer.status))).toEqual([]);
  await shop.expectAllPromisesKept();
  for (const sku of skus) {
    const bought = answers.filter(
      ({ items, answer }) => answer.status === 201 && items.some((item) => item.sku === sku),
    );
    const { available, sold } = await shop.levels(sku);
    expect(sold).toBe(bought.length);
    const refusedAlone = answers.some(
      ({ items, answer }) => answer.status === 409 && items.length === 1 && items[0]?.sku === sku,
    );
    if (refusedAlone) expect(available).toBe(0);
    if (available > 0)
      expect(await shop.buy([{ sku, quantity: available }], { wait: 30 })).toMatchObject({ status: 201 });
  }
  await shop.expectAllPromisesKept();
});

const TICKETS = 20;
const LATECOMERS = 100;
const concert = [{ sku: 'CONCERT', quantity: 1 }];

const countOrders = async (): Promise<number> => {
  const { rows } = await database.query<{ count: string }>('select count(*) from orders.orders');
  return Number(rows[0]?.count);
};

it('refuses orders for a sold-out SKU in the gateway, repeats earlier answers, and sells returned units', async () => {
  await shop.stockUp('CONCERT', TICKETS);
  const key = randomUUID();
  const first = await shop.buy(concert, { key, wait: 30 });
  expect(first.status).toBe(201);
  const others = await Promise.all(
    Array.from({ length: TICKETS - 1 }, () => shop.buy(concert, { wait: 30 })),
  );
  expect(others.map(({ status }) => status)).toEqual(others.map(() => 201));

  // A refusal by an order names it; one at the gate has no order to name.
  await expect
    .poll(async () => (await shop.buy(concert, { wait: 30 })).body, { timeout: 10_000 })
    .toEqual(expect.not.objectContaining({ orderId: expect.anything() }));
  const before = await countOrders();
  const refused = await Promise.all(Array.from({ length: LATECOMERS }, () => shop.buy(concert)));
  for (const { status, body } of refused)
    expect([status, body]).toMatchObject([409, { code: 'OUT_OF_STOCK' }]);
  expect(await countOrders()).toBe(before);

  expect(await shop.buy(concert, { key, wait: 30 })).toMatchObject({
    status: 201,
    body: { id: first.body.id },
  });
  expect(await shop.buy([{ sku: 'CONCERT', quantity: 2 }], { key })).toMatchObject({ status: 422 });

  await shop.customer.cancelOrder(first.body.id, { waitSeconds: 30 });
  await expect
    .poll(async () => (await shop.buy(concert, { wait: 30 })).status, { timeout: 10_000 })
    .toBe(201);
  await shop.expectAllPromisesKept();
  expect(await shop.levels('CONCERT')).toMatchObject({ available: 0, sold: TICKETS });
});

it('a declined card gives its unit to the next buyer', async () => {
  await shop.stockUp('LAST-ONE', 1);
  const one = [{ sku: 'LAST-ONE', quantity: 1 }];
  const declined = await shop.buy(one, { method: 'pm_card_chargeDeclined', wait: 30 });
  expect(declined.status).toBe(402);
  await expect.poll(async () => (await shop.buy(one, { wait: 30 })).status, { timeout: 10_000 }).toBe(201);
  await shop.expectAllPromisesKept();
});

const COPIES = 2_000;
const DAY_MS = 86_400_000;

it('copied orders break no promise, and are listed, traced and cancelled as the others', async () => {
  await shop.stockUp('POSTER', 2 * COPIES);
  const poster = [{ sku: 'POSTER', quantity: 1 }];
  const [confirmed, cancelled, declined] = await Promise.all([
    shop.buy(poster, { wait: 30 }),
    shop.buy(poster, { wait: 30 }),
    shop.buy(poster, { method: 'pm_card_chargeDeclined', wait: 30 }),
  ]);
  await shop.customer.cancelOrder(cancelled.body.id, { waitSeconds: 30 });
  await shop.expectAllPromisesKept();

  const templates = [confirmed.body.id, cancelled.body.id, declined.body.orderId as string];
  const [from, to] = [new Date(Date.now() - 2 * DAY_MS), new Date(Date.now() - DAY_MS)];
  const before = await countOrders();
  await multiplyOrders(database, { templates, copies: COPIES, from, to });
  expect(await countOrders()).toBe(before + COPIES);
  await shop.expectAllPromisesKept();

  const filter = { sku: 'POSTER', createdBefore: to.toISOString(), limit: 3 };
  const { items } = await shop.admin.listOrders(filter);
  expect(items.map(({ status }) => status).toSorted()).toEqual(['CANCELLED', 'CONFIRMED', 'REJECTED']);
  for (const { id, status } of items) {
    const template = templates[['CONFIRMED', 'CANCELLED', 'REJECTED'].indexOf(status)] as string;
    const steps = async (orderId: string) =>
      (await shop.admin.getTimeline(orderId)).items.map(({ saga, step, transition }) => [
        saga,
        step,
        transition,
      ]);
    expect(await steps(id)).toEqual(await steps(template));
  }
  const copy = items.find(({ status }) => status === 'CONFIRMED');
  expect(Date.parse(copy?.createdAt as string)).toBeGreaterThanOrEqual(from.getTime());
  expect(await shop.admin.cancelOrder(copy?.id as string, { waitSeconds: 30 })).toMatchObject({
    status: 200,
  });
  await shop.expectAllPromisesKept();
});
