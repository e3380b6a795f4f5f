import { getStock, getStockLevels, productCreated, STOCK_MAX } from '@doorbuster/contracts';
import { setTimeout as sleep } from 'node:timers/promises';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newSku, productState, startInventory, type InventoryUnderTest } from '../inventory-fixture.js';

let inventory: InventoryUnderTest;
beforeAll(async () => {
  inventory = await startInventory({ replicas: 2 });
});
afterAll(() => inventory.stop());

describe('a product', () => {
  it('gets a stock row, once', async () => {
    const sku = newSku();
    await inventory.send(productCreated, productState(sku));
    expect(await inventory.query(getStock, { sku })).toEqual({
      ok: true,
      value: { sku, available: 0, reserved: 0, sold: 0, received: 0, setAside: 0 },
    });
    await inventory.adjust({ sku, delta: 3, reason: 'delivery', idempotencyKey: randomUUID() });
    await inventory.send(productCreated, productState(sku));
    await inventory.stocked(1); // its event comes after the repeated one
    expect(await inventory.levels(sku)).toMatchObject({ available: 3 });
  });

  it('is waited for if a request comes before its event', async () => {
    const sku = newSku();
    const adjusted = inventory.adjust({ sku, delta: 3, reason: 'delivery', idempotencyKey: randomUUID() });
    const asked = inventory.query(getStock, { sku });
    await sleep(300);
    await inventory.send(productCreated, productState(sku));
    expect(await adjusted).toMatchObject({ ok: true, value: { available: 3 } });
    expect(await asked).toMatchObject({ ok: true });
  });

  it('is not found if its event does not come', async () => {
    const sku = newSku();
    expect(await inventory.query(getStock, { sku })).toMatchObject({
      ok: false,
      error: { code: 'PRODUCT_NOT_FOUND' },
    });
  });

  it('is in a list of levels; unknown SKUs are left out', async () => {
    const [tee, cap] = await inventory.stocked(1, 2);
    const answer = await inventory.query(getStockLevels, { skus: [cap, 'UNKNOWN', tee] });
    expect(answer).toMatchObject({ ok: true });
    const available = answer.ok
      ? answer.value.map((levels): [string, number] => [levels.sku, levels.available])
      : [];
    expect(new Map(available)).toEqual(
      new Map([
        [tee, 1],
        [cap, 2],
      ]),
    );
  });
});

describe('an adjustment', () => {
  const adjustment = (sku: string, delta: number): Parameters<InventoryUnderTest['adjust']>[0] => ({
    sku,
    delta,
    reason: 'delivery',
    idempotencyKey: randomUUID(),
  });

  it('is not applied after its deadline, and its key stays free', async () => {
    const [sku] = await inventory.stocked(10);
    const request = adjustment(sku, 5);
    expect(await inventory.adjust({ ...request, commitBy: 1 })).toMatchObject({
      error: { code: 'SERVICE_TIMEOUT' },
    });
    expect(await inventory.levels(sku)).toMatchObject({ available: 10 });
    expect(await inventory.adjust(request)).toMatchObject({ ok: true, value: { available: 15 } });
  });

  it('is applied once for repeated and concurrent requests', async () => {
    const [sku] = await inventory.stocked(10);
    const request = adjustment(sku, 5);
    const answers = await Promise.all(Array.from({ length: 20 }, () => inventory.adjust(request)));
    for (const answer of answers)
      expect(answer).toMatchObject({ ok: true, value: { available: 15, received: 15 } });

    await inventory.adjust(adjustment(sku, 1));
    expect(await inventory.adjust(request)).toMatchObject({ ok: true, value: { available: 15 } });
    expect(await inventory.levels(sku)).toMatchObject({ available: 16 });
  });

  it('is refused with the key of another adjustment', async () => {
    const [sku, other] = await inventory.stocked(10, 10);
    const request = adjustment(sku, 5);
    await inventory.adjust(request);
    const reused = { ok: false, error: { code: 'IDEMPOTENCY_KEY_REUSED' } };
    expect(await inventory.adjust({ ...request, delta: 6 })).toMatchObject(reused);
    expect(await inventory.adjust({ ...request, reason: 'theft' })).toMatchObject(reused);
    expect(await inventory.adjust({ ...request, sku: other })).toMatchObject({ ok: true });
  });

  it('cannot write off more than is available, and repeats the refusal', async () => {
    const [sku] = await inventory.stocked(3);
    const request = adjustment(sku, -4);
    const refused = await inventory.adjust(request);
    expect(refused).toMatchObject({ ok: false, error: { code: 'INSUFFICIENT_STOCK' } });
    await inventory.adjust(adjustment(sku, 10));
    expect(await inventory.adjust(request)).toEqual(refused);
    expect(await inventory.levels(sku)).toMatchObject({ available: 13 });
  });

  it('cannot receive more than the limit of a SKU', async () => {
    const [sku] = await inventory.stocked(1);
    expect(await inventory.adjust(adjustment(sku, STOCK_MAX))).toMatchObject({
      ok: false,
      error: { code: 'STOCK_LIMIT' },
    });
    expect(await inventory.adjust(adjustment(sku, STOCK_MAX - 1))).toMatchObject({
      ok: true,
      value: { received: STOCK_MAX },
    });
  });

  it('loses no update when many run at once', async () => {
    const [sku] = await inventory.stocked(10);
    await Promise.all(
      Array.from({ length: 30 }, (_, index) => inventory.adjust(adjustment(sku, index % 2 ? -1 : 2))),
    );
    expect(await inventory.levels(sku)).toMatchObject({ available: 25, received: 25 });
  });

  it('publishes that the last unit was written off, and that there is stock again', async () => {
    const [sku] = await inventory.stocked(2);
    await inventory.adjust(adjustment(sku, -2));
    expect((await inventory.event('stock-depleted', sku)).data).toEqual({ sku, available: 0 });
    await inventory.adjust(adjustment(sku, 7));
    expect((await inventory.event('stock-replenished', sku, 2)).data).toEqual({ sku, available: 7 });
  });
});
