import { commitStock, listStuckItemsOf, reserveStock } from '@doorbuster/contracts';
import { plantFailure } from '@doorbuster/embedded/testing';
import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { startInventory, type InventoryUnderTest } from '../inventory-fixture.js';

/** Longer than a test takes. Tests make reservations due by {@link makeDue}. */
const TTL_MS = 120_000;

let inventory: InventoryUnderTest;
beforeAll(async () => {
  inventory = await startInventory({ replicas: 2, reservationTtlMs: TTL_MS });
});
afterAll(() => inventory.stop());
afterEach(() => void vi.useRealTimers());

const makeDue = (...orderIds: string[]): Promise<unknown> =>
  inventory.sql(`update reservations set expires_at = clock_timestamp() where order_id = any($1::uuid[])`, [
    orderIds,
  ]);

const expectLevels = (sku: string, levels: object): Promise<void> =>
  expect.poll(() => inventory.levels(sku), { timeout: 20_000 }).toMatchObject(levels);

it('the expiry job returns the units of due reservations, and publishes that there is stock again', async () => {
  const [sku] = await inventory.stocked(3);
  const orders = Array.from({ length: 3 }, () => randomUUID());
  for (const orderId of orders) await inventory.ask(reserveStock, { orderId, lines: [{ sku, quantity: 1 }] });
  await inventory.event('stock-depleted', sku);

  await makeDue(...orders);
  // The first event is about the stock received.
  await inventory.event('stock-replenished', sku, 2);
  await expectLevels(sku, { available: 3, reserved: 0 });
});

it('a commit of an expired reservation is refused', async () => {
  const [sku] = await inventory.stocked(1);
  const orderId = randomUUID();
  await inventory.ask(reserveStock, { orderId, lines: [{ sku, quantity: 1 }] });
  await makeDue(orderId);
  await expectLevels(sku, { available: 1, reserved: 0 });

  const { data } = await inventory.ask(commitStock, { orderId });
  expect(data).toEqual({ orderId, reason: 'RESERVATION_EXPIRED' });
  expect(await inventory.levels(sku)).toMatchObject({ available: 1, sold: 0 });
});

it('a committed reservation does not expire', async () => {
  const [sku, other] = await inventory.stocked(1, 1);
  const [committed, reserved] = [randomUUID(), randomUUID()];
  await inventory.ask(reserveStock, { orderId: committed, lines: [{ sku, quantity: 1 }] });
  await inventory.ask(commitStock, { orderId: committed });
  await inventory.ask(reserveStock, { orderId: reserved, lines: [{ sku: other, quantity: 1 }] });
  await makeDue(committed, reserved);
  await expectLevels(other, { available: 1 });
  expect(await inventory.levels(sku)).toMatchObject({ available: 0, sold: 1 });
});

it('a reservation that fails to expire delays no other, is listed as stuck, and expires after the repair', async () => {
  const [sku, other] = await inventory.stocked(1, 1);
  const [bad, good] = [randomUUID(), randomUUID()];
  const condition = `old.order_id = '${bad}' and new.status <> old.status`;
  const repair = await plantFailure(inventory.ownerUrl, 'inventory.reservations', condition);
  await inventory.ask(reserveStock, { orderId: bad, lines: [{ sku, quantity: 1 }] });
  await inventory.ask(reserveStock, { orderId: good, lines: [{ sku: other, quantity: 1 }] });
  await makeDue(bad, good);
  await expectLevels(other, { available: 1 });
  expect(await inventory.levels(sku)).toMatchObject({ available: 0, reserved: 1 });
  const stuck = () => inventory.query(listStuckItemsOf('inventory'), { limit: 10 });
  await expect
    .poll(stuck, { timeout: 20_000 })
    .toMatchObject({ value: [{ job: 'reservation-expiry', itemId: bad }] });
  await repair();
  await expectLevels(sku, { available: 1 });
  await expect.poll(stuck, { timeout: 20_000 }).toMatchObject({ value: [] });
});

it.each([
  ['minutes ahead', 600_000],
  ['minutes behind', -600_000],
])('a replica whose clock is %s expires nothing early and nothing late', async (_, shiftMs) => {
  const [sku, other] = await inventory.stocked(1, 1);
  const [orderId, late] = [randomUUID(), randomUUID()];
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + shiftMs });
  await inventory.ask(reserveStock, { orderId, lines: [{ sku, quantity: 1 }] });
  const [row] = await inventory.sql<{ ms: number }>(
    `select extract(epoch from expires_at - created_at)::float8 * 1000 as ms from reservations where order_id = $1`,
    [orderId],
  );
  expect(row?.ms).toBeGreaterThan(TTL_MS - 10_000);
  expect(row?.ms).toBeLessThan(TTL_MS + 10_000);
  expect(await inventory.answer(commitStock, { orderId })).toBe('stock-committed');

  await inventory.ask(reserveStock, { orderId: late, lines: [{ sku: other, quantity: 1 }] });
  await makeDue(late);
  await expectLevels(other, { available: 1 });
});
