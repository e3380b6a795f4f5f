import { randomUUID } from 'node:crypto';
import { launchPlatform, type LaunchedPlatform } from '@doorbuster/platform';
import { verifyInvariants } from '@doorbuster/verify-invariants';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AccountBrowser, type AccountTokens } from './fixtures/account-browser.js';
import { CartClient } from './fixtures/cart-client.js';
import { documentsThatRun, runBlocks } from './fixtures/documentation.js';
import { Shop, type OrderAnswer } from './fixtures/shop.js';

interface OpenApi {
  paths: {
    '/v1/orders': {
      post: {
        parameters: { name: string; example: string }[];
        requestBody: { content: { 'application/json': { examples: Record<string, { value: unknown }> } } };
      };
    };
  };
}

let platform: LaunchedPlatform;
let shop: Shop;
/** An order whose bank never answers. Its checkout times out while the other tests run. */
let silent: OrderAnswer;
beforeAll(async () => {
  platform = await launchPlatform({ env: { RATE_LIMIT: 'off', SEED: 'demo' } });
  shop = await Shop.open(platform);
  await shop.stockUp('MUG', 100, 999);
  await shop.stockUp('SILENT', 1);
  silent = await shop.buy([{ sku: 'SILENT', quantity: 1 }], { method: 'pm_sim_timeout' });
});
afterAll(() => platform?.dispose());

const mug = (quantity = 1) => [{ sku: 'MUG', quantity }];

describe('a person', () => {
  it('registers, buys with the token of the account, refreshes it, and leaves with all data', async () => {
    const browser = new AccountBrowser(platform.url);
    const tokens = await browser.enter('register', 'ann@example.com', 'correct horse battery');
    const headersOf = ({ access_token: token }: AccountTokens) => ({
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
    });
    const buy = (headers: Record<string, string>) =>
      fetch(`${platform.url}/v1/orders`, {
        method: 'POST',
        headers: { ...headers, 'idempotency-key': randomUUID(), prefer: 'wait=20' },
        body: JSON.stringify({ items: mug(), payment: { method: 'pm_card_visa' } }),
      });
    expect((await buy(headersOf(tokens))).status).toBe(201);
    const next = await browser.refresh(tokens.refresh_token);
    const orders = await fetch(`${platform.url}/v1/orders`, { headers: headersOf(next) });
    expect(await orders.json()).toMatchObject({ items: [{ status: 'CONFIRMED' }] });
    expect((await fetch(`${platform.url}/v1/sagas`, { headers: headersOf(next) })).status).toBe(403);
    await expect(browser.refresh(tokens.refresh_token)).rejects.toThrow('invalid_grant');
    await expect(browser.refresh(next.refresh_token)).rejects.toThrow('invalid_grant');
    const left = await fetch(`${platform.url}/id/account`, {
      method: 'DELETE',
      headers: headersOf(next),
      body: JSON.stringify({ password: 'correct horse battery' }),
    });
    expect(left.status).toBe(204);
    await expect(
      new AccountBrowser(platform.url).enter('log in', 'ann@example.com', 'correct horse battery'),
    ).rejects.toThrow('no code');
  });

  it('who started the platform logs in as operator with the password that was printed, and finds what is stuck', async () => {
    const [, email = '', password = ''] = /^operator (\S+) {2}password (\S+)/m.exec(platform.output()) ?? [];
    const { access_token: token } = await new AccountBrowser(platform.url).enter('log in', email, password);
    const statusOf = async (path: string, method = 'GET'): Promise<number> =>
      (await fetch(platform.url + path, { method, headers: { authorization: `Bearer ${token}` } })).status;
    expect(await statusOf('/v1/sagas')).toBe(200);
    expect(await statusOf('/v1/stuck-items')).toBe(200);
    expect(await statusOf('/v1/products', 'POST')).toBe(403);
  });
});

describe('a buyer', () => {
  it('finds the demo catalogue, buys, and gets 201 CONFIRMED', async () => {
    const { items } = await shop.customer.listProducts({ q: 'shirt' });
    expect(items.map(({ sku }) => sku)).toContain('TSHIRT-BLACK-M');
    const bought = await shop.buy(mug(2), { wait: 20 });
    expect(bought).toMatchObject({ status: 201, body: { status: 'CONFIRMED', total: { amount: 1_998 } } });
    expect(bought.headers.get('location')).toBe(`/v1/orders/${bought.body.id}`);
    await expect
      .poll(() => shop.levels('MUG'), { timeout: 20_000 })
      .toMatchObject({ reserved: 0, received: 100 });
  });

  it.each([
    ['pm_card_chargeDeclined', 402, 'PAYMENT_DECLINED'],
    ['pm_card_chargeDeclinedInsufficientFunds', 402, 'PAYMENT_DECLINED'],
  ])('with %s gets %i, and the stock back on the shelf', async (method, status, code) => {
    const before = await shop.levels('MUG');
    expect(await shop.buy(mug(), { method, wait: 20 })).toMatchObject({ status, body: { code } });
    await expect
      .poll(async () => (await shop.levels('MUG')).available, { timeout: 20_000 })
      .toBe(before.available);
  });

  it.each(['pm_sim_flaky', 'pm_sim_slow', 'pm_sim_capture_fails_once'])(
    'with %s is confirmed and charged once',
    async (method) => {
      const bought = await shop.buy(mug(), { method, wait: 30 });
      expect(bought).toMatchObject({ status: 201, body: { status: 'CONFIRMED' } });
    },
  );

  it('who orders more than there is gets 409 OUT_OF_STOCK, and the stock stays', async () => {
    await shop.stockUp('RARE', 1);
    const many = await shop.buy([{ sku: 'RARE', quantity: 2 }, ...mug()], { wait: 20 });
    expect(many).toMatchObject({ status: 409, body: { code: 'OUT_OF_STOCK' } });
    expect(await shop.buy([{ sku: 'RARE', quantity: 1 }], { wait: 20 })).toMatchObject({ status: 201 });
  });

  it('can cancel right after the confirmation, and again', async () => {
    const { body } = await shop.buy(mug(3), { wait: 20 });
    const sold = (await shop.levels('MUG')).sold;
    const cancel = () => shop.customer.cancelOrder(body.id, { waitSeconds: 20 });
    expect(await cancel()).toMatchObject({ status: 200, body: { status: 'CANCELLED' } });
    expect(await cancel()).toMatchObject({ status: 200, body: { status: 'CANCELLED' } });
    await expect
      .poll(async () => (await shop.levels('MUG')).sold, { timeout: 20_000 })
      .toBeLessThanOrEqual(sold);
  });

  it('who clicks twice has one order', async () => {
    const key = randomUUID();
    const clicks = await Promise.all(Array.from({ length: 10 }, () => shop.buy(mug(), { key, wait: 20 })));
    expect(new Set(clicks.map(({ status, body }) => `${status} ${body.id}`)).size).toBe(1);
  });

  it('can follow the order to its end', async () => {
    const { body } = await shop.buy(mug(), { method: 'pm_sim_slow' });
    const events = await shop.followOrder(body.id);
    expect(events.map(({ status }) => status)).toEqual(['PENDING', 'CONFIRMED']);
  });

  it('can follow a cancellation to its end', async () => {
    const { body } = await shop.buy(mug(), { wait: 20 });
    const { status } = await shop.customer.cancelOrder(body.id);
    expect([200, 202]).toContain(status);
    const events = await shop.followOrder(body.id);
    expect(events.at(-1)).toMatchObject({ status: 'CANCELLED', reason: 'CANCELLED_BY_CUSTOMER' });
  });

  it('whose bank never answers is rejected with PAYMENT_TIMEOUT', async () => {
    const { id } = silent.body;
    expect(await shop.settled(id)).toMatchObject({
      status: 'REJECTED',
      reason: expect.stringContaining('PAYMENT_TIMEOUT'),
    });
    const { items } = await shop.customer.getTimeline(id);
    expect(items.map(({ transition }) => transition)).toContain('TIMED_OUT');
  });
});

describe('a buyer with a cart', () => {
  const visa = { payment: { method: 'pm_card_visa' } };
  let cart: CartClient;
  beforeAll(async () => {
    await shop.stockUp('LAMP', 10, 2_000);
    await shop.stockUp('VASE', 10, 500);
    cart = await CartClient.open(shop, 'cart-customer');
  });

  it('sees stock and prices, accepts a changed price, gets one order, and has an empty cart', async () => {
    await cart.put('LAMP', 2);
    const { items, total } = await cart.put('VASE', 1);
    expect(items).toMatchObject([{ sku: 'LAMP', availability: { available: 10 } }, { sku: 'VASE' }]);
    expect(total).toEqual({ amount: 4_500, currency: 'USD' });
    const changes = [
      { sku: 'LAMP', old: { amount: 2_000, currency: 'USD' }, new: { amount: 2_100, currency: 'USD' } },
    ];
    await shop.admin.changeProduct('LAMP', { price: { amount: 2_100, currency: 'USD' } });
    await shop.ordersCharge('LAMP', 2_100);
    const refused = await cart.checkOut(randomUUID(), visa, 20);
    expect(refused).toMatchObject({ status: 409, body: { code: 'PRICE_CHANGED', changes } });
    const acceptedPrices = changes.map(({ sku, new: unitPrice }) => ({ sku, unitPrice }));
    const key = randomUUID();
    const bought = await cart.checkOut(key, { ...visa, acceptedPrices }, 20);
    expect(bought).toMatchObject({ status: 201, body: { total: { amount: 4_700, currency: 'USD' } } });
    expect(await cart.units()).toEqual({});
    await cart.put('VASE', 3);
    const again = await cart.checkOut(key, { ...visa, acceptedPrices });
    expect(again).toMatchObject({ status: 202, body: { id: bought?.body.id } });
    expect(await cart.units()).toEqual({ VASE: 3 });
    expect(await cart.checkOut(key, visa)).toMatchObject({
      status: 422,
      body: { code: 'IDEMPOTENCY_KEY_REUSED' },
    });
  });

  it('whose card is declined, or who wants more than there is, still has the cart, and is told the product', async () => {
    const declined = { payment: { method: 'pm_card_chargeDeclined' } };
    expect(await cart.checkOut(randomUUID(), declined, 20)).toMatchObject({ status: 402 });
    expect(await cart.units()).toEqual({ VASE: 3 });
    await cart.put('VASE', 50);
    expect(await cart.checkOut(randomUUID(), visa, 20)).toMatchObject({
      status: 409,
      body: { code: 'OUT_OF_STOCK', skus: ['VASE'], detail: expect.stringContaining('VASE') },
    });
    expect(await cart.units()).toEqual({ VASE: 50 });
  });
});

describe('the documentation', () => {
  it.each(documentsThatRun())('%s runs as pasted', async (_file, blocks) => {
    const runs = await runBlocks(blocks, platform);
    for (const { block, output, statuses } of runs) {
      const place = `${block.file}:${block.line}`;
      for (const status of statuses.filter((each) => each >= 400)) {
        // An expected error is named in the block.
        expect(block.code, `${place} gets ${status}: ${output}`).toContain(String(status));
      }
      for (const expected of block.expected) expect(output, place).toMatch(expected);
    }
  });

  it('has an order on the API page that is accepted as it is', async () => {
    const api = (await (await fetch(`${platform.url}/openapi.json`)).json()) as OpenApi;
    const { requestBody, parameters } = api.paths['/v1/orders'].post;
    const [example] = Object.values(requestBody.content['application/json'].examples);
    const headers = Object.fromEntries(parameters.map(({ name, example: value }) => [name, value]));
    const { accessToken } = await shop.customer.issueToken({ customerId: 'reader' });
    const response = await fetch(`${platform.url}/v1/orders`, {
      method: 'POST',
      headers: { ...headers, authorization: `Bearer ${accessToken}`, 'content-type': 'application/json' },
      body: JSON.stringify(example?.value),
    });
    expect([response.status, await response.json()]).toEqual([
      201,
      expect.objectContaining({ status: 'CONFIRMED' }),
    ]);
  });
});

describe('the invariant checker', () => {
  it('finds nothing wrong, and then finds rows that were broken on purpose', async () => {
    await shop.expectAllPromisesKept();
    const databaseUrl = platform.run().postgres.url;
    const { body } = await shop.buy(mug(), { wait: 20 });
    await shop.expectAllPromisesKept();
    const database = new pg.Client({ connectionString: databaseUrl });
    await database.connect();
    try {
      await database.query('update inventory.reservations set lines = $2::jsonb where order_id = $1', [
        body.id,
        JSON.stringify(mug(5)),
      ]);
      await database.query('delete from payments.payments where order_id = $1', [body.id]);
      const { breaches } = await verifyInvariants({ databaseUrl, waitMs: 0 });
      expect(breaches).toContainEqual(expect.objectContaining({ promise: 1, subject: 'MUG' }));
      expect(breaches).toContainEqual(expect.objectContaining({ promise: 1, subject: body.id }));
      expect(breaches).toContainEqual(expect.objectContaining({ promise: 2, subject: body.id }));
    } finally {
      await database.end();
    }
  });
});
