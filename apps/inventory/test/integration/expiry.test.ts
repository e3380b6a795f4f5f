import { commitStock, reserveStock } from '@doorbuster/contracts';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startInventory, type InventoryUnderTest } from './inventory-under-test.js';

let inventory: InventoryUnderTest;
beforeAll(async () => {
  inventory = await startInventory({ replicas: 2, reservationTtlMs: 500 });
});
afterAll(() => inventory.stop());

it('gives back by itself what nobody committed in time, and tells of it', async () => {
  const [sku] = await inventory.stocked(3);
  const orders = Array.from({ length: 3 }, () => randomUUID());
  for (const orderId of orders) await inventory.ask(reserveStock, { orderId, lines: [{ sku, quantity: 1 }] });
  await inventory.event('stock-depleted', sku);

  // The first one told of the stock received.
  await inventory.event('stock-replenished', sku, 2);
  await expect.poll(() => inventory.levels(sku)).toMatchObject({ available: 3, reserved: 0 });
});

it('refuses to commit what has expired', async () => {
  const [sku] = await inventory.stocked(1);
  const orderId = randomUUID();
  await inventory.ask(reserveStock, { orderId, lines: [{ sku, quantity: 1 }] });
  await expect
    .poll(() => inventory.levels(sku), { timeout: 5_000 })
    .toMatchObject({ available: 1, reserved: 0 });

  const { data } = await inventory.ask(commitStock, { orderId });
  expect(data).toEqual({ orderId, reason: 'RESERVATION_EXPIRED' });
  expect(await inventory.levels(sku)).toMatchObject({ available: 1, sold: 0 });
});

it('leaves alone what was committed in time', async () => {
  const [sku] = await inventory.stocked(1);
  const orderId = randomUUID();
  await inventory.ask(reserveStock, { orderId, lines: [{ sku, quantity: 1 }] });
  await inventory.ask(commitStock, { orderId });
  const [other] = await inventory.stocked(1);
  await inventory.ask(reserveStock, { orderId: randomUUID(), lines: [{ sku: other, quantity: 1 }] });
  await expect.poll(() => inventory.levels(other), { timeout: 5_000 }).toMatchObject({ available: 1 });
  expect(await inventory.levels(sku)).toMatchObject({ available: 0, sold: 1 });
});
