import { commitStock, releaseStock, reserveStock, restockOrder } from '@doorbuster/contracts';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startInventory, type InventoryUnderTest } from '../inventory-fixture.js';

let inventory: InventoryUnderTest;
beforeAll(async () => {
  inventory = await startInventory({ replicas: 2 });
});
afterAll(() => inventory.stop());

describe('the stock side of a checkout', () => {
  it('reserves, commits and restocks, with a reply to each step of the saga', async () => {
    const [sku] = await inventory.stocked(5);
    const orderId = randomUUID();
    const lines = [{ sku, quantity: 2 }];

    const reserved = await inventory.ask(reserveStock, { orderId, lines });
    expect(reserved).toMatchObject({
      type: 'doorbuster.inventory.stock-reserved.v1',
      sagaid: orderId,
      sagastep: 'reserve-stock',
      data: { orderId },
    });
    expect(await inventory.levels(sku)).toMatchObject({ available: 3, reserved: 2, sold: 0, received: 5 });

    expect(await inventory.answer(commitStock, { orderId })).toBe('stock-committed');
    expect(await inventory.levels(sku)).toMatchObject({ available: 3, reserved: 0, sold: 2, received: 5 });

    expect(await inventory.answer(restockOrder, { orderId })).toBe('order-restocked');
    expect(await inventory.levels(sku)).toMatchObject({ available: 5, reserved: 0, sold: 0, received: 5 });
  });

  it('refuses an order without enough stock, with the reason', async () => {
    const [tee, cap] = await inventory.stocked(5, 1);
    const orderId = randomUUID();
    const lines = [
      { sku: tee, quantity: 1 },
      { sku: cap, quantity: 2 },
    ];
    const refused = await inventory.ask(reserveStock, { orderId, lines });
    expect(refused.data).toEqual({ orderId, reason: 'OUT_OF_STOCK', sku: cap });
    expect(await inventory.levels(tee)).toMatchObject({ available: 5 });
  });

  it('repeats the reply to a repeated command, in the trace of that command', async () => {
    const [sku] = await inventory.stocked(5);
    const orderId = randomUUID();
    const first = await inventory.ask(reserveStock, { orderId, lines: [{ sku, quantity: 2 }] });
    const again = await inventory.ask(reserveStock, { orderId, lines: [{ sku, quantity: 2 }] });
    expect(again.data).toEqual(first.data);
    expect(again.traceparent.slice(3, 35)).not.toBe(first.traceparent.slice(3, 35));
    expect(await inventory.levels(sku)).toMatchObject({ available: 3, reserved: 2 });
  });

  it('refuses a reservation that comes after its release', async () => {
    const [sku] = await inventory.stocked(5);
    const orderId = randomUUID();
    expect(await inventory.answer(releaseStock, { orderId })).toBe('stock-released');
    const late = await inventory.ask(reserveStock, { orderId, lines: [{ sku, quantity: 2 }] });
    expect(late.data).toEqual({ orderId, reason: 'ALREADY_RELEASED' });
    expect(await inventory.levels(sku)).toMatchObject({ available: 5, reserved: 0 });
  });

  it('finds an order by its id in any letter case', async () => {
    const [sku] = await inventory.stocked(5);
    const orderId = randomUUID();
    await inventory.ask(reserveStock, { orderId: orderId.toUpperCase(), lines: [{ sku, quantity: 1 }] });
    expect(await inventory.answer(commitStock, { orderId })).toBe('stock-committed');
  });
});

describe('availability', () => {
  it('is published when a SKU runs out and when it has stock again, in the trace of the order that caused it', async () => {
    const [sku] = await inventory.stocked(2);
    const orderId = randomUUID();
    const reserved = await inventory.ask(reserveStock, { orderId, lines: [{ sku, quantity: 2 }] });
    const depleted = await inventory.event('stock-depleted', sku);
    expect(depleted.data).toEqual({ sku, available: 0 });
    expect(depleted.traceparent.slice(3, 35)).toBe(reserved.traceparent.slice(3, 35));

    await inventory.ask(releaseStock, { orderId });
    // The first event is about the stock received.
    expect((await inventory.event('stock-replenished', sku, 2)).data).toEqual({ sku, available: 2 });
  });
});

describe('a command that cannot be applied', () => {
  it('becomes a dead letter, and the others of its batch are applied', async () => {
    const [sku] = await inventory.stocked(5);
    const poison = randomUUID();
    const orders = Array.from({ length: 5 }, () => randomUUID());
    const lines = [{ sku, quantity: 1 }];
    await inventory.sendTogether([
      ...orders.slice(0, 3).map((orderId) => inventory.command(reserveStock, { orderId, lines })),
      inventory.command(reserveStock, { orderId: poison, lines: [{ sku, quantity: 0 }] }),
      ...orders.slice(3).map((orderId) => inventory.command(reserveStock, { orderId, lines })),
    ]);
    for (const orderId of orders) expect(await inventory.answerTo(orderId)).toBe('stock-reserved');
    expect(await inventory.levels(sku)).toMatchObject({ available: 0, reserved: 5 });

    const letter = await inventory.deadLetterOf(poison);
    expect(letter).toMatchObject({
      consumer: 'inventory-commands',
      subject: 'cmd.inventory.reserve-stock',
      replayedAt: null,
    });
    expect(await inventory.replay(letter.id)).toMatchObject({ ok: false, error: { code: 'REPLAY_FAILED' } });
  });

  it('is applied by a replay once it can be', async () => {
    const [sku] = await inventory.stocked(1);
    const orderId = randomUUID();
    await inventory.ask(reserveStock, { orderId, lines: [{ sku, quantity: 1 }] });
    await inventory.ask(commitStock, { orderId });
    await inventory.send(releaseStock, { orderId });
    const letter = await inventory.deadLetterOf(orderId);
    expect(letter.error).toContain('cannot release');
    expect(await inventory.levels(sku)).toMatchObject({ available: 0, sold: 1 });

    await inventory.ask(restockOrder, { orderId });
    expect(await inventory.replay(letter.id, 1)).toMatchObject({ error: { code: 'SERVICE_TIMEOUT' } });
    expect(await inventory.levels(sku)).toMatchObject({ available: 1, sold: 0, received: 1 });
    expect(await inventory.replay(letter.id)).toMatchObject({ ok: true, value: { id: letter.id } });
    expect(await inventory.answerTo(orderId)).toBe('stock-released');
    expect(await inventory.levels(sku)).toMatchObject({ available: 1, sold: 0 });
  });

  it('becomes a dead letter even if it is no event', async () => {
    await inventory.sendRaw('cmd.inventory.commit-stock', 'not json');
    const letter = await inventory.deadLetterOf('not json');
    expect(letter.error).toContain('not a JSON batch');
  });
});
