import { eventuallyPasses } from '@doorbuster/embedded/testing';
import { randomUUID } from 'node:crypto';
import {
  authorisePayment,
  reserveStock,
  type Order,
  type Reply,
  type SaleState,
} from '@doorbuster/contracts';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { startOrders, type OrdersUnderTest } from '../orders-under-test.js';
import { behaviours } from '../participants.js';

let orders: OrdersUnderTest;
beforeAll(async () => {
  orders = await startOrders(2);
});
afterEach(() => orders.participants.behaveAgain());
afterAll(() => orders?.stop());

const sale = (overrides: Partial<SaleState> = {}): SaleState => ({
  id: randomUUID(),
  version: 3,
  sku: 'MUG',
  price: { amount: 500, currency: 'USD' },
  startsAt: '2020-01-01T12:00:00.000Z',
  endsAt: '2020-01-01T13:00:00.000Z',
  units: 100,
  limitPerCustomer: 3,
  status: 'OPEN',
  ...overrides,
});

/** Publishes the sale and waits until orders has it. */
async function known(wanted: SaleState): Promise<SaleState> {
  await orders.publishSale(wanted);
  await eventuallyPasses(async () =>
    expect(await orders.query('select version from sales where id = $1', [wanted.id])).toEqual([
      { version: wanted.version },
    ]),
  );
  return wanted;
}

const buy = (saleId: string, quantity = 1, more: Parameters<OrdersUnderTest['place']>[1] = {}) =>
  orders.place([{ sku: 'MUG', quantity, saleId }], more);

function orderOf(reply: Reply<Order>): Order {
  if (!reply.ok) throw new Error(reply.error.detail);
  return reply.value;
}

it('a sale is open when catalog says so, independent of the clock, and its price is charged', async () => {
  const scheduled = await known(sale({ status: 'SCHEDULED', version: 2 }));
  expect(await buy(scheduled.id)).toMatchObject({ error: { code: 'SALE_NOT_STARTED' } });
  await known({ ...scheduled, status: 'OPEN', version: 3 });
  const order = orderOf(await buy(scheduled.id, 2));
  expect(order).toMatchObject({
    lines: [{ sku: 'MUG', quantity: 2, saleId: scheduled.id, unitPrice: { amount: 500 } }],
    total: { amount: 1_000 },
  });
  await orders.waitFor(order.id, { status: 'CONFIRMED' });
  const reserved = orders.participants.received.find(
    ({ subject, command }) => subject === reserveStock.subject && command.subject === order.id,
  );
  expect(reserved?.command.data).toMatchObject({
    lines: [{ sku: 'MUG', quantity: 2, saleId: scheduled.id }],
  });
  await known({ ...scheduled, status: 'ENDED', version: 4 });
  expect(await buy(scheduled.id)).toMatchObject({ error: { code: 'SALE_ENDED' } });
});

it('a late or duplicate event does not open a sale again', async () => {
  const ended = await known(sale({ status: 'ENDED', version: 4 }));
  await orders.publishSale({ ...ended, status: 'OPEN', version: 3 });
  await known(sale()); // Delivered after it.
  expect(await buy(ended.id)).toMatchObject({ error: { code: 'SALE_ENDED' } });
});

it('twenty orders of one customer at two replicas buy exactly the limit, and repeated requests count once', async () => {
  const { id } = await known(sale({ limitPerCustomer: 7 }));
  for (const customerId of ['ann', 'bob']) {
    const keys = Array.from({ length: 20 }, (_, i) => `${id}-${i}`);
    const replies = await Promise.all(
      [...keys, ...keys].map(async (key) => ({ key, reply: await buy(id, 1, { customerId, key }) })),
    );
    const accepted = replies.filter(({ reply }) => reply.ok);
    expect(new Set(accepted.map(({ reply }) => orderOf(reply).id)).size).toBe(7);
    expect(accepted).toHaveLength(14);
    for (const { reply } of replies) {
      if (!reply.ok) expect(reply.error.code).toBe('PURCHASE_LIMIT');
    }
    expect(await orders.bought(id, customerId)).toBe(7);
  }
});

it('customers who buy in two sales in opposite orders do not deadlock', async () => {
  const [one, two] = [
    await known(sale({ limitPerCustomer: 40 })),
    await known(sale({ limitPerCustomer: 40 })),
  ];
  const replies = await Promise.all(
    Array.from({ length: 40 }, (_, i) => {
      const pair = i % 2 === 0 ? [one, two] : [two, one];
      return orders.place(
        pair.map(({ id }) => ({ sku: 'MUG', quantity: 1, saleId: id })),
        { customerId: `c-${i % 3}` },
      );
    }),
  );
  expect(replies.filter(({ ok }) => !ok)).toEqual([]);
  expect((await orders.bought(one.id, 'c-0')) + (await orders.bought(two.id, 'c-0'))).toBe(2 * 14);
});

it('a rejected or cancelled order gives its purchases back, once', async () => {
  const { id } = await known(sale({ limitPerCustomer: 2 }));
  orders.participants.answer(authorisePayment, behaviours.declines);
  orders.participants.copies = 2;
  const declined = orderOf(await buy(id, 2));
  expect(await orders.bought(id)).toBeLessThanOrEqual(2);
  await orders.waitFor(declined.id, { status: 'REJECTED' });
  expect(await orders.bought(id)).toBe(0);

  orders.participants.behaveAgain();
  const confirmed = orderOf(await buy(id, 2));
  expect(await buy(id)).toMatchObject({ error: { code: 'PURCHASE_LIMIT' } });
  await orders.waitFor(confirmed.id, { status: 'CONFIRMED' });
  await orders.cancel(confirmed.id);
  await orders.waitFor(confirmed.id, { status: 'CANCELLED' });
  expect(await orders.bought(id)).toBe(0);
});
