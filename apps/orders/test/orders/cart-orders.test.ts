import { cartOrderChanged, placeOrders, reserveStock, type Order, type Reply } from '@doorbuster/contracts';
import { valueOf } from '@doorbuster/service/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { requestOf, startOrders, type OrdersUnderTest } from '../orders-under-test.js';
import { behaviours } from '../participants.js';

let orders: OrdersUnderTest;
beforeAll(async () => {
  orders = await startOrders();
});
afterAll(() => orders.stop());

async function placeFromCart(key: string, amount = 999): Promise<Reply<Order>> {
  const request = requestOf([{ sku: 'MUG', quantity: 1 }], { key });
  const acceptedPrices = [{ sku: 'MUG', unitPrice: { amount, currency: 'USD' } }];
  const replies = valueOf(await orders.call(placeOrders, { requests: [{ ...request, acceptedPrices }] }));
  return replies[0] as Reply<Order>;
}

const cartEvents = (orderId: string) =>
  orders.receivedFor(orderId).filter(({ type }) => type === cartOrderChanged.type);

it('the order of a cart tells the cart each of its statuses, once, with the key of the checkout', async () => {
  const { id } = valueOf(await placeFromCart('a'));
  await placeFromCart('a');
  await orders.waitFor(id, { status: 'CONFIRMED' });
  await expect.poll(() => cartEvents(id).length).toBe(2);
  const of = { customerId: 'ann', idempotencyKey: 'a', orderId: id };
  expect(cartEvents(id).map(({ data }) => data)).toEqual([
    { ...of, status: 'PENDING' },
    { ...of, status: 'CONFIRMED' },
  ]);
});

it('a rejected one as well, and an order that was placed directly none', async () => {
  orders.participants.answer(reserveStock, behaviours.isSoldOut);
  const fromCart = valueOf(await placeFromCart('b'));
  const direct = await orders.placeOne();
  await orders.waitFor(fromCart.id, { status: 'REJECTED' });
  await orders.waitFor(direct.id, { status: 'REJECTED' });
  await expect.poll(() => cartEvents(fromCart.id).length).toBe(2);
  expect(cartEvents(fromCart.id)[1]?.data).toMatchObject({ idempotencyKey: 'b', status: 'REJECTED' });
  expect(cartEvents(direct.id)).toEqual([]);
  orders.participants.behaveAgain();
});

it('a price that the customer has not accepted makes no order, and names old and new', async () => {
  const changes = [
    { sku: 'MUG', old: { amount: 900, currency: 'USD' }, new: { amount: 999, currency: 'USD' } },
  ];
  expect(await placeFromCart('c', 900)).toMatchObject({ error: { code: 'PRICE_CHANGED', changes } });
  expect(await orders.query(`select id from orders where idempotency_key = 'c'`)).toEqual([]);
});
