import { mergeCart, removeCartItem } from '@doorbuster/contracts';
import { entityMismatches } from '@doorbuster/persistence/testing';
import { valueOf } from '@doorbuster/service/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cartSchema } from '../src/cart.schema.js';
import { CartExpiryJob } from '../src/expiry/cart-expiry.job.js';
import { CartUnderTest, usd } from './cart-under-test.js';

let service: CartUnderTest;
beforeAll(async () => {
  service = await CartUnderTest.start(2);
});
afterAll(() => service?.stop());

it('a cart is empty at first, and keeps what is put in with its name and prices', async () => {
  const actor = service.newCustomer();
  expect(await service.cart(actor)).toEqual({ items: [], total: null, version: 0 });
  const put = valueOf(await service.put(actor, 'TEE', 2));
  expect(put).toEqual({
    items: [{ sku: 'TEE', name: 'A TEE', quantity: 2, unitPrice: usd(1_999), priceWhenAdded: usd(1_999) }],
    total: usd(3_998),
    version: 1,
  });
  expect(await service.cart(actor)).toEqual(put);
  expect(await service.cart(service.newCustomer())).toMatchObject({ items: [] });
});

it('a price that changes since is shown beside the price when added; an older event changes nothing', async () => {
  const actor = service.newCustomer();
  await service.offer('HAT', 1_000);
  valueOf(await service.put(actor, 'HAT', 1));
  await service.offer('HAT', 1_200, 3);
  await service.offer('HAT', 1_100, 2);
  const { items, total } = await service.cart(actor);
  expect(items).toMatchObject([{ sku: 'HAT', unitPrice: usd(1_200), priceWhenAdded: usd(1_000) }]);
  expect(total).toEqual(usd(1_200));
});

describe('changes at the same time, by two replicas', () => {
  it('of different SKUs are all kept', async () => {
    const actor = service.newCustomer();
    const skus = Array.from({ length: 8 }, (_, i) => `MANY-${i}`);
    for (const sku of skus) await service.offer(sku, 100);
    const replies = await Promise.all(skus.map((sku, i) => service.put(actor, sku, i + 1)));
    expect(replies.map(({ ok }) => ok)).toEqual(skus.map(() => true));
    expect(await service.units(actor)).toEqual(Object.fromEntries(skus.map((sku, i) => [sku, i + 1])));
    expect((await service.cart(actor)).version).toBe(8);
  });

  it.each([0, 1])('with the same version %i: one is made, and the other refused', async (version) => {
    const actor = service.newCustomer();
    if (version === 1) valueOf(await service.put(actor, 'TEE', 1));
    const replies = await Promise.all([
      service.put(actor, 'TEE', 2, version),
      service.put(actor, 'MUG', 3, version),
    ]);
    const refusals = replies.flatMap((reply) => (reply.ok ? [] : [reply.error.code]));
    expect(refusals).toEqual(['CART_CHANGED']);
    expect((await service.cart(actor)).version).toBe(version + 1);
  });
});

it('removing a line twice is the same as once', async () => {
  const actor = service.newCustomer();
  valueOf(await service.put(actor, 'TEE', 2));
  const removed = valueOf(await service.call(removeCartItem, { actor, sku: 'TEE' }));
  expect(removed).toEqual({ items: [], total: null, version: 2 });
  expect(valueOf(await service.call(removeCartItem, { actor, sku: 'TEE' }))).toEqual(removed);
});

it('an unknown SKU is refused and changes nothing', async () => {
  const actor = service.newCustomer();
  expect(await service.put(actor, 'GHOST', 1)).toMatchObject({ error: { code: 'UNKNOWN_SKU' } });
  expect(await service.cart(actor)).toMatchObject({ version: 0 });
});

describe('merging', () => {
  const items = [
    { sku: 'TEE', quantity: 1 },
    { sku: 'MUG', quantity: 4 },
  ];

  it('takes the greater quantities once: a repeated key does not bring back what was removed', async () => {
    const actor = service.newCustomer();
    valueOf(await service.put(actor, 'TEE', 3));
    const request = { actor, idempotencyKey: 'login-1', items };
    valueOf(await service.call(mergeCart, request));
    expect(await service.units(actor)).toEqual({ TEE: 3, MUG: 4 });
    valueOf(await service.call(removeCartItem, { actor, sku: 'MUG' }));
    valueOf(await service.call(mergeCart, request));
    expect(await service.units(actor)).toEqual({ TEE: 3 });
    const other = { ...request, items: [{ sku: 'MUG', quantity: 1 }] };
    expect(await service.call(mergeCart, other)).toMatchObject({ error: { code: 'IDEMPOTENCY_KEY_REUSED' } });
  });

  it('twice at the same time merges once', async () => {
    const actor = service.newCustomer();
    const request = { actor, idempotencyKey: 'login-2', items };
    const carts = await Promise.all([service.call(mergeCart, request), service.call(mergeCart, request)]);
    expect(carts.map(valueOf).map(({ version }) => version)).toEqual([1, 1]);
  });

  it('is refused whole when one SKU is unknown', async () => {
    const actor = service.newCustomer();
    const request = { actor, idempotencyKey: 'login-3', items: [...items, { sku: 'GHOST', quantity: 1 }] };
    expect(await service.call(mergeCart, request)).toMatchObject({ error: { code: 'UNKNOWN_SKU' } });
    expect(await service.units(actor)).toEqual({});
  });
});

it('a cart that was not changed for 90 days is deleted, with keys of 30 days; others stay', async () => {
  const [old, young] = [service.newCustomer(), service.newCustomer()];
  for (const actor of [old, young]) {
    const items = [{ sku: 'TEE', quantity: 1 }];
    valueOf(await service.call(mergeCart, { actor, idempotencyKey: 'k', items }));
  }
  await service.query(`update carts set updated_at = now() - interval '91 days' where customer_id = $1`, [
    old.customerId,
  ]);
  await service.query(
    `update cart_merges set created_at = now() - interval '31 days' where customer_id = $1`,
    [old.customerId],
  );
  expect(await service.replica(0).get(CartExpiryJob).sweep()).toBe(false);
  expect(await service.cart(old)).toMatchObject({ items: [], version: 0 });
  expect(await service.units(young)).toEqual({ TEE: 1 });
  const merges = await service.query('select customer_id from cart_merges where idempotency_key = $1', ['k']);
  expect(merges).toEqual([{ customer_id: young.customerId }]);
});

it('the entities match the tables after all migrations', async () => {
  expect(await entityMismatches({ ...cartSchema, url: service.ownerUrl })).toEqual([]);
});
