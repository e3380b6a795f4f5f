import { eventually } from '@doorbuster/embedded/testing';
import {
  changeProduct,
  createProduct,
  getProduct,
  productChanged,
  productCreated,
} from '@doorbuster/contracts';
import { ADMIN, valueOf } from '@doorbuster/service/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newProduct, startCatalog, type CatalogUnderTest } from '../catalog-under-test.js';

let catalog: CatalogUnderTest;
beforeAll(async () => {
  catalog = await startCatalog(2);
});
afterAll(() => catalog.stop());

describe('creating a product', () => {
  it('replies with the product, stores it, and publishes version 1', async () => {
    const body = newProduct('CREATE-1', {
      description: 'Soft',
      price: { amount: 100_000_000, currency: 'EUR' },
    });
    const [created] = await catalog.create(body);
    expect(created).toMatchObject(body);
    expect(created?.createdAt).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
    expect(valueOf(await catalog.call(getProduct, { sku: 'CREATE-1' }))).toEqual(created);
    expect(await catalog.states('CREATE-1', 1)).toEqual([
      { type: productCreated.type, state: { ...body, version: 1, images: [] } },
    ]);
  });

  it('succeeds for one of many concurrent requests with the same SKU, and publishes one event', async () => {
    const attempts = Array.from({ length: 8 }, (_, i) => newProduct('CREATE-2', { name: `Attempt ${i}` }));
    const replies = await Promise.all(
      attempts.map((body) => catalog.call(createProduct, { ...body, actor: ADMIN })),
    );
    const refusals = replies.flatMap((reply) => (reply.ok ? [] : [reply.error.code]));
    expect(refusals).toEqual(Array.from({ length: 7 }, () => 'SKU_EXISTS'));
    const winner = replies.flatMap((reply) => (reply.ok ? [reply.value] : []));
    expect(valueOf(await catalog.call(getProduct, { sku: 'CREATE-2' }))).toEqual(winner[0]);
    await catalog.change('CREATE-2', { name: 'Later' });
    expect((await catalog.states('CREATE-2', 2)).map(({ state }) => state.version)).toEqual([1, 2]);
  });
});

describe('changing a product', () => {
  it('changes the given fields only, and publishes the whole product as the next version', async () => {
    const [created] = await catalog.create(newProduct('CHANGE-1', { description: 'Soft' }));
    const changed = await catalog.change('CHANGE-1', { price: { amount: 5, currency: 'USD' } });
    expect(changed).toEqual({
      ...created,
      version: 2,
      price: { amount: 5, currency: 'USD' },
      updatedAt: expect.any(String) as string,
    });
    expect(Date.parse(changed.updatedAt)).toBeGreaterThanOrEqual(Date.parse(created?.updatedAt ?? ''));
    expect(valueOf(await catalog.call(getProduct, { sku: 'CHANGE-1' }))).toEqual(changed);
    const { type, state } = (await catalog.states('CHANGE-1', 2))[1] ?? {};
    expect(type).toBe(productChanged.type);
    expect(state).toEqual({
      ...newProduct('CHANGE-1', { description: 'Soft' }),
      images: [],
      price: { amount: 5, currency: 'USD' },
      version: 2,
    });
  });

  it('to the same values changes nothing and publishes nothing', async () => {
    const [created] = await catalog.create(newProduct('CHANGE-2'));
    const { name, price } = newProduct('CHANGE-2');
    expect(await catalog.change('CHANGE-2', { name, price })).toEqual(created);
    await catalog.change('CHANGE-2', { name: 'Another' });
    const versions = (await catalog.states('CHANGE-2', 2)).map(({ state }) => state.version);
    expect(versions).toEqual([1, 2]);
  });

  it('concurrently gives each change a version of its own, and the last version stays', async () => {
    await catalog.create(newProduct('CHANGE-3'));
    const prices = Array.from({ length: 20 }, (_, i) => 10_000 + i);
    await Promise.all(
      prices.map((amount) => catalog.change('CHANGE-3', { price: { amount, currency: 'USD' } })),
    );
    const events = (await catalog.states('CHANGE-3', 21)).map(({ state }) => state);
    expect(events.map(({ version }) => version).toSorted((a, b) => a - b)).toEqual(
      Array.from({ length: 21 }, (_, i) => i + 1),
    );
    const last = events.find(({ version }) => version === 21);
    for (const replica of [0, 1]) {
      const { price } = await eventually(async () => {
        const product = await catalog.getFrom(replica, 'CHANGE-3');
        return product.price.amount === last?.price.amount ? product : undefined;
      }, 'the last price');
      expect(price).toEqual(last?.price);
    }
  });

  it('is refused for an unknown SKU', async () => {
    const reply = await catalog.call(changeProduct, { actor: ADMIN, sku: 'UNKNOWN', changes: { name: 'x' } });
    expect(reply).toMatchObject({ ok: false, error: { code: 'PRODUCT_NOT_FOUND' } });
    expect(catalog.receivedFor('UNKNOWN')).toEqual([]);
  });
});

it('a product is not found before it is created, and found right after', async () => {
  const reply = await catalog.call(getProduct, { sku: 'LATER' });
  expect(reply).toMatchObject({ ok: false, error: { code: 'PRODUCT_NOT_FOUND' } });
  await catalog.create(newProduct('LATER'));
  expect(valueOf(await catalog.call(getProduct, { sku: 'LATER' })).sku).toBe('LATER');
});

it('events leave the outbox once the broker has them', async () => {
  await catalog.create(newProduct('OUTBOX'));
  await eventually(
    async () => ((await catalog.query('select from outbox')).length === 0 ? true : undefined),
    'an empty outbox',
  );
});
