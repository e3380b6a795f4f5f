import { randomUUID } from 'node:crypto';
import { commitStock, releaseStock, reserveStock, restockOrder } from '@doorbuster/contracts';
import type { OutgoingEvent } from '@doorbuster/messaging';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startInventory, type InventoryUnderTest } from '../inventory-fixture.js';

let inventory: InventoryUnderTest;
beforeAll(async () => {
  inventory = await startInventory({ replicas: 2 });
});
afterEach(() => inventory.checkBooks());
afterAll(() => inventory.stop());

interface Order {
  orderId: string;
  lines: { sku: string; quantity: number }[];
}

const shuffled = <T>(items: T[]): T[] =>
  fc.sample(fc.shuffledSubarray(items, { minLength: items.length }), 1).flat();

/** `stock` orders for each single SKU, and others for several SKUs, in random order. */
function rush(skus: string[], stock: number): Order[] {
  const singles = skus.flatMap((sku) =>
    Array.from({ length: stock }, () => ({ orderId: randomUUID(), lines: [{ sku, quantity: 1 }] })),
  );
  const mixed = Array.from({ length: 80 }, () => ({
    orderId: randomUUID(),
    lines: shuffled(skus)
      .slice(0, 3)
      .map((sku, index) => ({ sku, quantity: 1 + (index % 2) })),
  }));
  return shuffled([...singles, ...mixed]);
}

/** Both replicas handle many small batches at once. A deadlock would be a batch to retry. */
async function storm(commands: OutgoingEvent[]): Promise<void> {
  const batches = Array.from({ length: Math.ceil(commands.length / 4) }, (_, n) =>
    commands.slice(4 * n, 4 * n + 4),
  );
  const outcomes = await Promise.all(batches.map((batch, index) => inventory.deliver(index, batch)));
  expect(outcomes.filter((outcome) => outcome !== 'done')).toEqual([]);
}

const reservations = (orders: Order[]): OutgoingEvent[] =>
  orders.map((order) => inventory.command(reserveStock, order));

const answersOf = (orders: Order[]): Promise<string[]> =>
  Promise.all(orders.map(({ orderId }) => inventory.answerTo(orderId)));

function unitsOf(orders: Order[], sku: string): number {
  const lines = orders.flatMap((order) => order.lines.filter((line) => line.sku === sku));
  return lines.reduce((sum, { quantity }) => sum + quantity, 0);
}

describe('two replicas and more orders than stock', () => {
  it('sell exactly the stock, and refuse no order while stock is left', async () => {
    const skus = await inventory.stocked(30, 30, 30, 30);
    const orders = rush(skus, 30);
    await Promise.all(orders.map((order) => inventory.send(reserveStock, order)));
    const answers = await answersOf(orders);
    const reserved = orders.filter((_, index) => answers[index] === 'stock-reserved');
    for (const sku of skus) expect(unitsOf(reserved, sku)).toBe(30);

    await Promise.all(reserved.map(({ orderId }) => inventory.ask(commitStock, { orderId })));
    for (const sku of skus) {
      expect(await inventory.levels(sku)).toEqual({
        sku,
        available: 0,
        reserved: 0,
        sold: 30,
        received: 30,
        setAside: 0,
      });
    }
  });

  it('have no deadlock', async () => {
    const skus = await inventory.stocked(40, 40, 40, 40);
    const orders = rush(skus, 40);
    await storm(reservations(orders));
    const answers = await answersOf(orders);
    const reserved = orders.filter((_, index) => answers[index] === 'stock-reserved');
    for (const sku of skus) expect(unitsOf(reserved, sku)).toBe(40);

    await storm(shuffled(reserved.map(({ orderId }) => inventory.command(commitStock, { orderId }))));
    for (const sku of skus) expect(await inventory.levels(sku)).toMatchObject({ available: 0, sold: 40 });
  });
});

describe('two replicas and one order', () => {
  it('count it once if every message comes twice', async () => {
    const skus = await inventory.stocked(20, 20);
    const orders = rush(skus, 20);
    await Promise.all([...orders, ...orders].map((order) => inventory.send(reserveStock, order)));
    for (const { orderId } of orders) {
      const [first, second] = await inventory.answersTo(orderId, 2);
      expect(second?.type).toBe(first?.type);
      expect(second?.data).toEqual(first?.data);
    }
    for (const sku of skus) expect(await inventory.levels(sku)).toMatchObject({ available: 0, reserved: 20 });
  });

  it('count it once if both handle it at the same time', async () => {
    const [sku] = await inventory.stocked(2_000);
    for (let round = 0; round < 6; round += 1) {
      const orders = Array.from({ length: 250 }, () => ({
        orderId: randomUUID(),
        lines: [{ sku, quantity: 1 }],
      }));
      const commits = orders.map(({ orderId }) => inventory.command(commitStock, { orderId }));
      for (const commands of [reservations(orders), commits]) {
        const outcomes = [inventory.deliver(0, commands), inventory.deliver(1, commands.toReversed())];
        expect(await Promise.all(outcomes)).toEqual(['done', 'done']);
      }
    }
    expect(await inventory.levels(sku)).toMatchObject({ available: 500, reserved: 0, sold: 1_500 });
  });

  it('hold nothing for it if its release races its reservation', async () => {
    const [sku] = await inventory.stocked(100);
    const orders = Array.from({ length: 100 }, () => ({
      orderId: randomUUID(),
      lines: [{ sku, quantity: 1 }],
    }));
    await storm(
      shuffled([
        ...reservations(orders),
        ...orders.map(({ orderId }) => inventory.command(releaseStock, { orderId })),
      ]),
    );
    expect(await inventory.levels(sku)).toMatchObject({ available: 100, reserved: 0, sold: 0 });
  });

  it('sell it or restock it, and never both, if one handles commit and the other restock', async () => {
    const [tee, cap] = await inventory.stocked(100, 100);
    const orders = Array.from({ length: 50 }, () => ({
      orderId: randomUUID(),
      lines: shuffled([
        { sku: tee, quantity: 2 },
        { sku: cap, quantity: 1 },
      ]),
    }));
    await storm(reservations(orders));
    const commits = orders.map(({ orderId }) => inventory.command(commitStock, { orderId }));
    const restocks = orders.map(({ orderId }) => inventory.command(restockOrder, { orderId }));
    await storm(shuffled([...commits, ...restocks]));
    expect(await inventory.levels(tee)).toMatchObject({ available: 100, reserved: 0, sold: 0 });
    expect(await inventory.levels(cap)).toMatchObject({ available: 100, reserved: 0, sold: 0 });
  });
});

it('stock is received and written off during the orders', async () => {
  const skus = await inventory.stocked(10, 10, 10);
  const orders = rush(skus, 20);
  const adjusting = skus.flatMap((sku) =>
    [5, -1, 5, -1].map((delta) =>
      inventory.adjust({ sku, delta, reason: 'recount', idempotencyKey: randomUUID() }),
    ),
  );
  await Promise.all([...adjusting, storm(reservations(orders))]);
  const answers = await answersOf(orders);
  const reserved = orders.filter((_, index) => answers[index] === 'stock-reserved');
  for (const sku of skus) {
    const { available, reserved: held, received } = await inventory.levels(sku);
    expect(held).toBe(unitsOf(reserved, sku));
    expect(received).toBe(available + held);
  }
});
