import { listPlacedRequests, ordersAccepted } from '@doorbuster/contracts';
import { connectNats } from '@doorbuster/messaging';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OrdersFixture } from './fixtures/orders-fixture.js';

let orders: OrdersFixture;
beforeAll(async () => {
  orders = await OrdersFixture.start();
});
afterAll(() => orders.stop());

const MUG = [{ sku: 'MUG', quantity: 1 }];

describe('a request that became an order', () => {
  it('is announced once, and its repetition is not', async () => {
    const gateway = await connectNats(orders.environment.natsUrl('gateway'), 'gateway');
    const heard: unknown[] = [];
    gateway.subscribe(ordersAccepted.subject, {
      callback: (_error, message) => {
        for (const { data } of message.json<{ data: { requests: unknown[] } }[]>())
          heard.push(...data.requests);
      },
    });
    await gateway.flush();
    await orders.place(MUG, { key: 'first' });
    await orders.place(MUG, { key: 'first' });
    await orders.place(MUG, { key: 'second' });
    const request = (idempotencyKey: string) => ({ customerId: 'ann', idempotencyKey });
    await expect.poll(() => heard.length, { timeout: 10_000 }).toBe(2);
    expect(heard).toEqual([request('first'), request('second')]);
    await gateway.close();
  });

  it('is listed after those that came before it', async () => {
    const placed = await orders.place(MUG, { key: 'before' });
    const after = placed.ok ? placed.value.id : '';
    const last = await orders.place(MUG, { key: 'after', customerId: 'bob' });
    expect(await orders.ask(listPlacedRequests, { after })).toEqual({
      ok: true,
      value: {
        requests: [{ customerId: 'bob', idempotencyKey: 'after' }],
        last: last.ok ? last.value.id : '',
      },
    });
    const end = last.ok ? last.value.id : '';
    expect(await orders.ask(listPlacedRequests, { after: end })).toEqual({
      ok: true,
      value: { requests: [], last: null },
    });
  });
});
