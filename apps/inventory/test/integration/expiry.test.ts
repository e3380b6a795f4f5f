import { commitStock, listStuckItemsOf, reserveStock } from '@doorbuster/contracts';
import { plantFailure } from '@doorbuster/embedded/testing';
import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { startInventory, type InventoryUnderTest } from './inventory-under-test.js';

let inventory: InventoryUnderTest;
beforeAll(async () => {
  inventory = await startInventory({ replicas: 2, reservationTtlMs: 500 });
});
afterAll(() => inventory.stop());
afterEach(() => void vi.useRealTimers());

it('gives back by itself what nobody committed in time, and tells of it', async () => {
  const [sku] = await inventory.stocked(3);
  const orders = Array.from({ length: 3 }, () => randomUUID());
  for (const orderId of orders) await inventory.ask(reserveStock, { orderId, lines: [{ sku, quantity: 1 }] });
  await inventory.event('stock-depleted', sku);

  // The first one told of the stock received.
  await inventory.event('stock-replenished', sku, 2);
  await expect
    .poll(() => inventory.levels(sku), { timeout: 5_000 })
    .toMatchObject({ available: 3, reserved: 0 });
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

it('a reservation that cannot expire holds up no other, is listed, and expires once it is mended', async () => {
  const [sku, other] = await inventory.stocked(1, 1);
  const [bad, good] = [randomUUID(), randomUUID()];
  const mend = await plantFailure(inventory.ownerUrl, 'inventory.reservations', `old.order_id = '${bad}'`);
  await inventory.ask(reserveStock, { orderId: bad, lines: [{ sku, quantity: 1 }] });
  await inventory.ask(reserveStock, { orderId: good, lines: [{ sku: other, quantity: 1 }] });
  await expect.poll(() => inventory.levels(other), { timeout: 5_000 }).toMatchObject({ available: 1 });
  expect(await inventory.levels(sku)).toMatchObject({ available: 0, reserved: 1 });
  const stuck = () => inventory.query(listStuckItemsOf('inventory'), { limit: 10 });
  await expect
    .poll(stuck, { timeout: 5_000 })
    .toMatchObject({ value: [{ job: 'reservation-expiry', itemId: bad }] });
  await mend();
  await expect.poll(() => inventory.levels(sku), { timeout: 20_000 }).toMatchObject({ available: 1 });
  await expect.poll(stuck, { timeout: 5_000 }).toMatchObject({ value: [] });
});

it.each([
  ['minutes ahead', 600_000],
  ['minutes behind', -600_000],
])('a replica whose clock is %s expires nothing early and nothing late', async (_, shiftMs) => {
  const [sku, other] = await inventory.stocked(1, 1);
  const orderId = randomUUID();
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + shiftMs });
  await inventory.ask(reserveStock, { orderId, lines: [{ sku, quantity: 1 }] });
  const [row] = await inventory.sql<{ ms: number }>(
    `select extract(epoch from expires_at - created_at)::float8 * 1000 as ms from reservations where order_id = $1`,
    [orderId],
  );
  expect(row?.ms).toBeGreaterThan(400);
  expect(row?.ms).toBeLessThan(1_500);
  expect(await inventory.answer(commitStock, { orderId })).toBe('stock-committed');

  await inventory.ask(reserveStock, { orderId: randomUUID(), lines: [{ sku: other, quantity: 1 }] });
  await expect.poll(() => inventory.levels(other), { timeout: 5_000 }).toMatchObject({ available: 1 });
});
