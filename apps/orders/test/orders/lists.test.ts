import {
  authorisePayment,
  getOrder,
  listOrders,
  listSagas,
  reserveStock,
  retrySaga,
  type Order,
  type Saga,
} from '@doorbuster/contracts';
import { eventuallyPasses } from '@doorbuster/embedded/testing';
import { ADMIN, valueOf } from '@doorbuster/service/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { newestCheckout } from '../checkout/newest-checkout.js';
import { startOrders, type OrdersUnderTest } from '../orders-under-test.js';
import { behaviours } from '../participants.js';

let orders: OrdersUnderTest;
let confirmed: Order;
let rejected: Order;
let pending: Order;

const expectSagaState = (id: string, state: string): Promise<void> =>
  eventuallyPasses(async () => expect(await orders.sagaState(id)).toBe(state));

beforeAll(async () => {
  orders = await startOrders();
  const items = [
    { sku: 'MUG', quantity: 1 },
    { sku: 'TEE', quantity: 3 },
  ];
  confirmed = valueOf(await orders.place(items));
  await expectSagaState(confirmed.id, 'COMPLETED');
  orders.participants.answer(reserveStock, behaviours.isSoldOut);
  rejected = await orders.placeOne();
  await expectSagaState(rejected.id, 'COMPENSATED');
  orders.participants.behaveAgain();
  orders.participants.answer(authorisePayment, behaviours.staysSilent);
  pending = await orders.placeOne();
  await eventuallyPasses(() =>
    expect(orders.participants.subjectsFor(pending.id)).toContain(authorisePayment.subject),
  );
});
afterAll(() => orders.stop());

it('orders are listed newest first, page by page, and equal the single orders', async () => {
  const actor = { customerId: 'ann', role: 'customer' } as const;
  const first = valueOf(await orders.call(listOrders, { actor, limit: 2 }));
  const rest = valueOf(await orders.call(listOrders, { actor, limit: 2, cursor: first.nextCursor ?? '' }));
  expect(rest.nextCursor).toBeNull();
  const items = [...first.items, ...rest.items];
  expect(items.map(({ id, status }) => [id, status])).toEqual([
    [pending.id, 'PENDING'],
    [rejected.id, 'REJECTED'],
    [confirmed.id, 'CONFIRMED'],
  ]);
  for (const item of items) {
    expect(item).toEqual(valueOf(await orders.call(getOrder, { actor, orderId: item.id })));
  }
});

it('orders are found by what became of them', async () => {
  const found = async (filter: object): Promise<string[]> =>
    valueOf(await orders.call(listOrders, { actor: ADMIN, limit: 20, ...filter })).items.map(({ id }) => id);
  expect(await found({ status: ['PENDING'] })).toEqual([pending.id]);
  expect(await found({ status: ['REJECTED'] })).toEqual([rejected.id]);
  expect(await found({ reason: 'OUT_OF_STOCK' })).toEqual([rejected.id]);
});

it('sagas are found by whether they have ended', async () => {
  const found = async (open: boolean): Promise<string[]> =>
    valueOf(await orders.call(listSagas, { open, limit: 20 })).items.map(({ orderId }) => orderId);
  expect(await found(true)).toEqual([pending.id]);
  expect(await found(false)).toEqual([rejected.id, confirmed.id]);
});

it('sagas are listed with all fields of their contract', async () => {
  const { items } = valueOf(await orders.call(listSagas, { limit: 10 }));
  const list = listSagas.response.parse({ items, nextCursor: null });
  expect(list.items).toEqual(items);
  const started = { definition: 'checkout', version: newestCheckout.version };
  expect(items).toMatchObject([
    {
      ...started,
      orderId: pending.id,
      state: 'RUNNING',
      pending: [{ step: 'authorise-payment', attempt: 1, deadlineAt: expect.stringMatching(/Z$/) }],
      reason: null,
    },
    { ...started, orderId: rejected.id, state: 'COMPENSATED', pending: [], reason: 'OUT_OF_STOCK' },
    { ...started, orderId: confirmed.id, state: 'COMPLETED', pending: [], reason: null },
  ]);
});

it('a saga in a list equals the reply to its retry', async () => {
  await orders.query(
    `update sagas set state = 'STALLED', next_deadline_at = null,
       pending = (select jsonb_agg(p || '{"attempt": 20, "deadlineAt": null}') from jsonb_array_elements(pending) p)
     where id = $1`,
    [pending.id],
  );
  const listed = async (): Promise<Saga | undefined> =>
    valueOf(await orders.call(listSagas, { limit: 1 })).items[0];
  expect(await listed()).toMatchObject({ state: 'STALLED', pending: [{ attempt: 20, deadlineAt: null }] });
  const retried = valueOf(await orders.call(retrySaga, { actor: ADMIN, id: pending.id }));
  expect(retried).toMatchObject({ id: pending.id, state: 'RUNNING' });
  expect(await listed()).toEqual(retried);
});
