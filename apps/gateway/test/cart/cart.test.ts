import {
  accept,
  getCart,
  getStockLevels,
  mergeCart,
  refuse,
  removeCartItem,
  setCartItem,
  type Cart,
  type ErrorCode,
} from '@doorbuster/contracts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startFixture, type Fixture } from '../support/fixture.js';

const usd = (amount: number) => ({ amount, currency: 'USD' });
const CART: Cart = {
  items: [
    { sku: 'TSHIRT', name: 'T-shirt', quantity: 2, unitPrice: usd(1_999), priceWhenAdded: usd(1_899) },
    { sku: 'MUG', name: 'Mug', quantity: 1, unitPrice: usd(999), priceWhenAdded: usd(999) },
  ],
  total: usd(4_997),
  version: 3,
};
const actor = { customerId: 'alice', role: 'customer' };

let fixture: Fixture;
let alice: { authorization: string };
beforeAll(async () => {
  fixture = await startFixture();
  alice = await fixture.as('alice');
});
afterAll(() => fixture.stop());
beforeEach(async () => {
  for (const contract of [getCart, setCartItem, removeCartItem, mergeCart]) {
    await fixture.services.answer(contract, () => accept(CART));
  }
  await fixture.services.answer(getStockLevels, ({ skus }) =>
    accept(
      skus
        .filter((sku) => sku === 'TSHIRT')
        .map((sku) => ({ sku, available: 5, reserved: 0, sold: 0, received: 5, setAside: 1 })),
    ),
  );
});

describe('the cart', () => {
  it('has the availability of each product, null where it is unknown', async () => {
    const { body } = await fixture.http.get('/v1/cart').set(alice).expect(200);
    expect(body).toEqual({
      ...CART,
      items: [
        { ...CART.items[0], availability: { status: 'LOW_STOCK', available: 4 } },
        { ...CART.items[1], availability: null },
      ],
    });
    expect(fixture.services.requests(getCart)).toEqual([{ actor }]);
  });

  it('is read while inventory is down', async () => {
    await fixture.services.silence(getStockLevels);
    const { body } = await fixture.http.get('/v1/cart').set(alice).expect(200);
    expect(body.items).toMatchObject([{ availability: null }, { availability: null }]);
  });

  it('is of a customer only', async () => {
    await fixture.http.get('/v1/cart').expect(401);
    await fixture.http
      .get('/v1/cart')
      .set(await fixture.as('root', 'admin'))
      .expect(403);
  });

  it('answers 503 while the cart service is down', async () => {
    await fixture.services.silence(getCart);
    const { body } = await fixture.http.get('/v1/cart').set(alice).expect(503);
    expect(body.code).toBe('SERVICE_UNAVAILABLE');
  });
});

describe('setting a line', () => {
  const put = (body: object, sku = 'TSHIRT') =>
    fixture.http.put(`/v1/cart/items/${sku}`).set(alice).send(body);

  it('sends quantity and version, and answers with the cart', async () => {
    const { body } = await put({ quantity: 100, version: 3 }).expect(200);
    expect(body).toMatchObject({ version: 3, items: [{ sku: 'TSHIRT' }, { sku: 'MUG' }] });
    expect(fixture.services.requests(setCartItem)).toMatchObject([
      { actor, sku: 'TSHIRT', quantity: 100, version: 3 },
    ]);
  });

  it.each([
    [{ quantity: 0 }, 'quantity'],
    [{ quantity: 101 }, 'quantity'],
    [{ quantity: 1.5 }, 'quantity'],
    [{}, 'quantity'],
    [{ quantity: 1, version: -1 }, 'version'],
    [{ quantity: 1, price: 1 }, 'price'],
  ])('refuses the body %j', async (body, path) => {
    const answer = await put(body).expect(400);
    expect(answer.body).toMatchObject({ code: 'VALIDATION_FAILED', errors: [{ path }] });
  });

  it.each<[ErrorCode, number]>([
    ['CART_CHANGED', 409],
    ['CART_FULL', 422],
  ])('answers the refusal %s with %i', async (code, status) => {
    await fixture.services.answer(setCartItem, () => refuse(code, 'Because.'));
    const { body } = await put({ quantity: 1 }).expect(status);
    expect(body).toMatchObject({ code, detail: 'Because.' });
  });

  it('waits a moment for a new product, and then refuses an unknown SKU', async () => {
    let asked = 0;
    const unknown = refuse('UNKNOWN_SKU', 'There is no product TSHIRT.');
    await fixture.services.answer(setCartItem, () => ((asked += 1) < 3 ? unknown : accept(CART)));
    await put({ quantity: 1 }).expect(200);
    await fixture.services.answer(setCartItem, () => unknown);
    const { body } = await put({ quantity: 1 }).expect(422);
    expect(body.code).toBe('UNKNOWN_SKU');
  });

  it('refuses a SKU that cannot exist without an RPC', async () => {
    const { body } = await put({ quantity: 1 }, '-').expect(422);
    expect(body.code).toBe('UNKNOWN_SKU');
    expect(fixture.services.requests(setCartItem)).toEqual([]);
  });
});

it('removing a line answers with the cart', async () => {
  await fixture.http.delete('/v1/cart/items/MUG').set(alice).expect(200);
  expect(fixture.services.requests(removeCartItem)).toMatchObject([{ actor, sku: 'MUG' }]);
});

describe('merging', () => {
  const merge = (items: object[], headers: Record<string, string> = { 'idempotency-key': 'k' }) =>
    fixture.http.post('/v1/cart/merge').set(alice).set(headers).send({ items });
  const lines = (count: number) =>
    Array.from({ length: count }, (_, i) => ({ sku: `SKU-${i}`, quantity: 1 }));

  it('sends the key and the items, and answers 200 with the cart', async () => {
    await merge(lines(50)).expect(200);
    expect(fixture.services.requests(mergeCart)).toMatchObject([
      { actor, idempotencyKey: 'k', items: lines(50) },
    ]);
  });

  it('requires a key', async () => {
    const { body } = await merge(lines(1), {}).expect(400);
    expect(body.code).toBe('IDEMPOTENCY_KEY_MISSING');
  });

  it.each([
    [51, 400, 'VALIDATION_FAILED'],
    [1_000, 400, 'VALIDATION_FAILED'],
    [10_000, 413, 'PAYLOAD_TOO_LARGE'],
  ])('refuses %i lines with %i %s', async (count, status, code) => {
    const { body } = await merge(lines(count)).expect(status);
    expect(body.code).toBe(code);
    expect(fixture.services.requests(mergeCart)).toEqual([]);
  });
});
