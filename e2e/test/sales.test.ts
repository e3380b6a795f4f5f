import { randomUUID } from 'node:crypto';
import { launchPlatform, type LaunchedPlatform } from '@doorbuster/platform';
import { verifyInvariants } from '@doorbuster/verify-invariants';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Shop, type OrderItem } from './fixtures/shop.js';

let platform: LaunchedPlatform;
let shop: Shop;
beforeAll(async () => {
  platform = await launchPlatform({
    env: { RATE_LIMIT: 'off', REPLICAS_ORDERS: '2', REPLICAS_INVENTORY: '2' },
  });
  shop = await Shop.open(platform);
});
afterAll(() => platform?.dispose());

const inMs = (ms: number): string => new Date(Date.now() + ms).toISOString();
const of = (sku: string, saleId: string, quantity = 1): OrderItem[] => [{ sku, quantity, saleId }];

it('a sale from its announcement to its end: early, limited, declined, sold out, over', async () => {
  await shop.stockUp('CONSOLE', 20);
  const announced = await shop.createSale('CONSOLE', 5, { startsAt: inMs(4_000), limitPerCustomer: 4 });
  const { id } = announced;
  await shop.saleIs(id, 'SCHEDULED');
  expect(await shop.sale(id)).toMatchObject({ unitsLeft: 5 });
  for (const wait of [undefined, 5]) {
    expect(await shop.buy(of('CONSOLE', id), { ...(wait && { wait }) })).toMatchObject({
      status: 409,
      body: { code: 'SALE_NOT_STARTED', detail: expect.stringContaining(announced.startsAt) },
    });
  }
  await shop.saleIs(id, 'OPEN');

  const declined = await shop.buy(of('CONSOLE', id, 4), { wait: 20, method: 'pm_card_chargeDeclined' });
  expect(declined).toMatchObject({ status: 402 });
  expect(await shop.sale(id)).toMatchObject({ unitsLeft: 5 });

  const answers = await Promise.all(
    Array.from({ length: 20 }, () => shop.buy(of('CONSOLE', id), { wait: 20 })),
  );
  const bought = answers.filter(({ status }) => status === 201);
  expect(bought).toHaveLength(4);
  expect(bought[0]?.body).toMatchObject({ lines: [{ saleId: id, unitPrice: { amount: 500 } }] });
  for (const answer of answers.filter(({ status }) => status !== 201)) {
    expect(answer).toMatchObject({ status: 409, body: { code: 'PURCHASE_LIMIT' } });
  }

  expect(await shop.admin.changeSale(id, { limitPerCustomer: 100 })).toMatchObject({ limitPerCustomer: 100 });
  await shop.ordersKnow(id, 'limit_per_customer = 100');
  const rush = await Promise.all(Array.from({ length: 5 }, () => shop.buy(of('CONSOLE', id), { wait: 20 })));
  expect(rush.filter(({ status }) => status === 201)).toHaveLength(1);
  for (const answer of rush.filter(({ status }) => status !== 201)) {
    expect(answer).toMatchObject({ status: 409, body: { code: 'OUT_OF_STOCK' } });
  }
  await shop.saleIs(id, 'OPEN');
  expect(await shop.sale(id)).toMatchObject({ unitsLeft: 0 });
  // Ordinary stock was never part of it.
  expect(await shop.buy([{ sku: 'CONSOLE', quantity: 1 }], { wait: 20 })).toMatchObject({
    status: 201,
    body: { total: { amount: 1_000 } },
  });
  await shop.expectAllPromisesKept();
  expect(await shop.levels('CONSOLE')).toMatchObject({ available: 14, sold: 6, received: 20, setAside: 0 });
});

it('at the end of a sale its units return to stock, and orders for it are refused', async () => {
  await shop.stockUp('LAMP', 10);
  const { id } = await shop.createSale('LAMP', 6);
  await shop.saleIs(id, 'OPEN');
  expect(await shop.buy(of('LAMP', id, 2), { wait: 20 })).toMatchObject({ status: 201 });
  expect(await shop.admin.changeSale(id, { endsAt: inMs(-1_000) })).toMatchObject({ status: 'ENDED' });
  await shop.saleIs(id, 'ENDED');
  expect(await shop.buy(of('LAMP', id))).toMatchObject({ status: 409, body: { code: 'SALE_ENDED' } });
  await expect
    .poll(() => shop.levels('LAMP'), { timeout: 20_000 })
    .toEqual({ sku: 'LAMP', available: 8, reserved: 0, sold: 2, received: 10, setAside: 0 });
  await shop.expectAllPromisesKept();
});

it('invalid sales and orders for an unknown sale are refused with a reason', async () => {
  await shop.stockUp('VASE', 2);
  const { id } = await shop.createSale('VASE', 3);
  await shop.saleIs(id, 'REJECTED');
  expect(await shop.sale(id)).toMatchObject({ reason: 'INSUFFICIENT_STOCK', unitsLeft: null });
  expect(await shop.buy(of('VASE', randomUUID()))).toMatchObject({
    status: 422,
    body: { code: 'UNKNOWN_SALE' },
  });
  const times = { startsAt: inMs(2_000), endsAt: inMs(1_000) };
  const body = {
    sku: 'VASE',
    units: 1,
    limitPerCustomer: 1,
    price: { amount: 1, currency: 'USD' },
    ...times,
  };
  const key = { idempotencyKey: randomUUID() };
  await expect(shop.admin.createSale(body, key)).rejects.toMatchObject({
    status: 400,
    problem: { errors: [{ path: 'endsAt' }] },
  });
  await expect(shop.customer.createSale(body, key)).rejects.toMatchObject({ status: 403 });
});

it('the invariant checker names the customer and the sale whose limit was broken on purpose', async () => {
  await shop.stockUp('RUG', 10);
  const { id } = await shop.createSale('RUG', 5);
  await shop.saleIs(id, 'OPEN');
  const { body } = await shop.buy(of('RUG', id, 2), { wait: 20 });
  await shop.expectAllPromisesKept();
  const databaseUrl = platform.run().postgres.url;
  const database = new pg.Client({ connectionString: databaseUrl });
  await database.connect();
  try {
    await database.query('update orders.sale_purchases set quantity = 9 where sale_id = $1', [id]);
    await database.query('update catalog.sales set price_amount = 1 where id = $1', [id]);
    const { breaches } = await verifyInvariants({ databaseUrl, waitMs: 0 });
    expect(breaches).toContainEqual(
      expect.objectContaining({
        subject: `customer-1 in sale ${id}`,
        breach: 'counted 9, orders add up to 2',
      }),
    );
    expect(breaches).toContainEqual(
      expect.objectContaining({ subject: `customer-1 in sale ${id}`, breach: 'bought 9, limit 5' }),
    );
    expect(breaches).toContainEqual(expect.objectContaining({ promise: 2, subject: body.id }));
  } finally {
    await database.end();
  }
});
