import { randomUUID } from 'node:crypto';
import {
  commitStock,
  getUnitsLeft,
  releaseStock,
  reserveStock,
  returnUnits,
  setAsideUnits,
  STOCK_MAX,
} from '@doorbuster/contracts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startInventory, type InventoryUnderTest } from '../inventory-fixture.js';

let inventory: InventoryUnderTest;
beforeAll(async () => {
  inventory = await startInventory({ replicas: 2 });
});
afterAll(() => inventory.stop());

const unitsLeft = async (saleId: string): Promise<number | undefined> => {
  const answer = await inventory.query(getUnitsLeft, { saleIds: [saleId] });
  return answer.ok ? answer.value[0]?.unitsLeft : undefined;
};

it('a sale has its own units, and the unsold ones return', async () => {
  const [sku] = await inventory.stocked(10);
  const saleId = randomUUID();
  expect(await unitsLeft(saleId)).toBeUndefined();
  expect(await inventory.askForSale(setAsideUnits, { saleId, sku, units: 4 })).toBe('units-set-aside');
  expect(await inventory.askForSale(setAsideUnits, { saleId, sku, units: 4 })).toBe('units-set-aside');
  expect(await inventory.levels(sku)).toMatchObject({ available: 10, setAside: 4, received: 10 });

  const [first, second, late] = [randomUUID(), randomUUID(), randomUUID()];
  const lines = [{ sku, saleId, quantity: 2 }];
  expect(await inventory.answer(reserveStock, { orderId: first, lines })).toBe('stock-reserved');
  expect(await inventory.answer(reserveStock, { orderId: second, lines })).toBe('stock-reserved');
  expect(await inventory.answer(reserveStock, { orderId: late, lines })).toBe('stock-refused');
  expect(await unitsLeft(saleId)).toBe(0);
  await expect.poll(() => inventory.levelEventsOf(sku)).toContainEqual({ sku, saleId, available: 0 });

  await inventory.answer(commitStock, { orderId: first });
  expect(await inventory.askForSale(returnUnits, { saleId })).toBe('units-returned');
  expect(await inventory.answer(releaseStock, { orderId: second })).toBe('stock-released');
  expect(await inventory.levels(sku)).toEqual({
    sku,
    available: 8,
    reserved: 0,
    sold: 2,
    received: 10,
    setAside: 0,
  });
  await inventory.checkBooks();
});

it('no unit is allocated to two sales that ask at once', async () => {
  const [sku] = await inventory.stocked(10);
  const sales = Array.from({ length: 8 }, () => randomUUID());
  const answers = await Promise.all(
    sales.map((saleId) => inventory.askForSale(setAsideUnits, { saleId, sku, units: 3 })),
  );
  expect(answers.filter((answer) => answer === 'units-set-aside')).toHaveLength(3);
  expect(await inventory.levels(sku)).toMatchObject({ available: 10, setAside: 9 });
});

it('a late allocation for a sale that is over is refused, whichever replica handles it', async () => {
  const [sku] = await inventory.stocked(10);
  for (let i = 0; i < 10; i += 1) {
    const saleId = randomUUID();
    await Promise.all([
      inventory.askForSale(setAsideUnits, { saleId, sku, units: 3 }),
      inventory.askForSale(returnUnits, { saleId }),
    ]);
    expect(await inventory.askForSale(returnUnits, { saleId })).toBe('units-returned');
    expect(await inventory.levels(sku)).toMatchObject({ available: 10, setAside: 0 });
  }
  await inventory.checkBooks();
});

it('write-offs do not touch the units of a sale', async () => {
  const [sku] = await inventory.stocked(5);
  const saleId = randomUUID();
  await inventory.askForSale(setAsideUnits, { saleId, sku, units: 4 });
  const adjustment = { sku, reason: 'theft', idempotencyKey: randomUUID() };
  expect(await inventory.adjust({ ...adjustment, delta: -2 })).toMatchObject({
    ok: false,
    error: { code: 'INSUFFICIENT_STOCK' },
  });
  expect(await inventory.adjust({ ...adjustment, idempotencyKey: randomUUID(), delta: -1 })).toMatchObject({
    value: { available: 4, setAside: 4, received: 4 },
  });
});

it('a SKU receives no more than its limit, counting the units of its sales', async () => {
  const [sku] = await inventory.stocked(STOCK_MAX);
  const saleId = randomUUID();
  const units = STOCK_MAX / 2;
  expect(await inventory.askForSale(setAsideUnits, { saleId, sku, units })).toBe('units-set-aside');
  expect(
    await inventory.adjust({ sku, delta: units, reason: 'delivery', idempotencyKey: randomUUID() }),
  ).toMatchObject({ ok: false, error: { code: 'STOCK_LIMIT' } });
  expect(await inventory.askForSale(returnUnits, { saleId })).toBe('units-returned');
  expect(await inventory.levels(sku)).toMatchObject({
    available: STOCK_MAX,
    setAside: 0,
    received: STOCK_MAX,
  });
});

it('units return from a sale even if an earlier release received more than the limit', async () => {
  const [sku] = await inventory.stocked(1);
  const saleId = randomUUID();
  const units = 2_000_000_000;
  await inventory.sql('update stock set available = $2, received = $2 where sku = $1', [sku, units]);
  expect(await inventory.askForSale(setAsideUnits, { saleId, sku, units })).toBe('units-set-aside');
  await inventory.sql(
    `update stock set available = $2, received = $2 where sku = $1 and sale_id = '00000000-0000-0000-0000-000000000000'`,
    [sku, units],
  );
  expect(await inventory.askForSale(returnUnits, { saleId })).toBe('units-returned');
  expect(await inventory.levels(sku)).toMatchObject({ available: 2 * units, setAside: 0 });
  const writeOff = { sku, delta: -units, reason: 'correction', idempotencyKey: randomUUID() };
  expect(await inventory.adjust(writeOff)).toMatchObject({ ok: true, value: { received: units } });
});
