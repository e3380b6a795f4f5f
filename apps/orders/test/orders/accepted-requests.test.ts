import { eventuallyPasses } from '@doorbuster/embedded/testing';
import { listPlacedRequests, ordersAccepted, type Reply, type ResponseOf } from '@doorbuster/contracts';
import { connectNats } from '@doorbuster/messaging';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startOrders, type OrdersUnderTest } from '../orders-under-test.js';

let orders: OrdersUnderTest;
beforeAll(async () => {
  orders = await startOrders();
});
afterAll(() => orders.stop());

const MUG = [{ sku: 'MUG', quantity: 1 }];

describe('a request with an order', () => {
  it('is announced once, and not again when it is repeated', async () => {
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
    await eventuallyPasses(() => expect(heard.length).toBe(2));
    expect(heard).toEqual([request('first'), request('second')]);
    await gateway.close();
  });

  it('is listed after earlier ones', async () => {
    const placed = await orders.place(MUG, { key: 'before' });
    const after = placed.ok ? placed.value.id : '';
    const last = await orders.place(MUG, { key: 'after', customerId: 'bob' });
    expect(await orders.call(listPlacedRequests, { after })).toEqual({
      ok: true,
      value: {
        requests: [{ customerId: 'bob', idempotencyKey: 'after' }],
        last: last.ok ? last.value.id : '',
        hasMore: false,
      },
    });
    const end = last.ok ? last.value.id : '';
    expect(await orders.call(listPlacedRequests, { after: end })).toEqual({
      ok: true,
      value: { requests: [], last: null, hasMore: false },
    });
  });

  it('is listed on pages that fit into a message, with keys of any length', async () => {
    await orders.query(
      `insert into orders (id, customer_id, idempotency_key, status, lines, total_amount, currency, payment_method,
                           created_at, updated_at)
       select uuidv7(), repeat('c', 128), repeat('"', 250) || lpad(i::text, 5, '0'), 'CONFIRMED', '[]', 0, 'USD', 'pm_x',
              now(), now()
       from generate_series(1, 2000) i`,
    );
    const keys = new Set<string>();
    let after: string | null = '00000000-0000-7000-8000-000000000000';
    while (after !== null) {
      const page: Reply<ResponseOf<typeof listPlacedRequests>> = await orders.call(listPlacedRequests, {
        after,
      });
      if (!page.ok) throw new Error(page.error.detail);
      for (const { idempotencyKey } of page.value.requests) keys.add(idempotencyKey);
      after = page.value.hasMore === true ? page.value.last : null;
    }
    expect([...keys].filter((key) => key.startsWith('"'))).toHaveLength(2_000);
  });
});
