import { setTimeout as sleep } from 'node:timers/promises';
import {
  accept,
  beginCheckout,
  getStockLevels,
  placeOrders,
  refuse,
  settleCheckout,
  type OrderStatus,
} from '@doorbuster/contracts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { anOrder, aStatus, ORDER_ID } from '../support/examples.js';
import { startFixture, type Fixture } from '../support/fixture.js';

const usd = (amount: number) => ({ amount, currency: 'USD' });
const LINES = [
  { sku: 'TSHIRT', quantity: 2, unitPrice: usd(1_999) },
  { sku: 'MUG', quantity: 1, unitPrice: usd(999) },
];
const PAYMENT = { method: 'pm_card_visa' };

let fixture: Fixture;
let alice: { authorization: string };
let orderId: string;
let count = 0;
beforeAll(async () => {
  fixture = await startFixture({ UNSETTLED_ORDERS_PER_CUSTOMER_MAX: 'off' });
  alice = await fixture.as('alice');
});
afterAll(() => fixture.stop());
beforeEach(async () => {
  count += 1;
  orderId = ORDER_ID.replace(/.{4}$/, String(count).padStart(4, '0'));
  const { services } = fixture;
  await services.answer(beginCheckout, () => accept({ lines: LINES }));
  await services.answer(settleCheckout, () => accept({}));
  await services.answerOrders(() => accept(anOrder({ id: orderId })));
  await services.answer(getStockLevels, ({ skus }) =>
    accept(
      skus.map((sku) => ({
        sku,
        available: sku === 'MUG' ? 0 : 9,
        reserved: 0,
        sold: 0,
        received: 9,
        setAside: 0,
      })),
    ),
  );
});

const checkOut = (body: object = { payment: PAYMENT }, headers: Record<string, string> = {}) =>
  fixture.http
    .post('/v1/cart/checkout')
    .set(alice)
    .set({ 'idempotency-key': `key-${count}`, ...headers })
    .send(body);
const outcomes = () => fixture.services.requests(settleCheckout).map(({ outcome }) => outcome);

it('places what the key buys, with the accepted prices, and answers as an order', async () => {
  const acceptedPrices = [{ sku: 'TSHIRT', unitPrice: usd(1_999) }];
  const response = await checkOut({ payment: PAYMENT, acceptedPrices }).expect(202);
  expect(response.headers['location']).toBe(`/v1/orders/${orderId}`);
  expect(response.body).toEqual(anOrder({ id: orderId }));
  const idempotencyKey = `key-${count}`;
  const actor = { customerId: 'alice', role: 'customer' };
  expect(fixture.services.requests(beginCheckout)).toMatchObject([
    { actor, idempotencyKey, payment: PAYMENT, acceptedPrices },
  ]);
  expect(fixture.services.orderRequests()).toMatchObject([
    {
      customerId: 'alice',
      idempotencyKey,
      body: {
        items: [
          { sku: 'TSHIRT', quantity: 2 },
          { sku: 'MUG', quantity: 1 },
        ],
        payment: PAYMENT,
      },
      acceptedPrices: LINES.map(({ sku, unitPrice }) => ({ sku, unitPrice })),
    },
  ]);
  expect(fixture.services.requests(settleCheckout)).toMatchObject([
    { actor, idempotencyKey, outcome: 'PENDING' },
  ]);
});

describe('with Prefer: wait', () => {
  const settled = async (status: OrderStatus, reason: string | null = null) => {
    const [response] = await Promise.all([
      checkOut(undefined, { prefer: 'wait=5' }),
      sleep(100).then(() => fixture.services.publish(aStatus({ orderId, status, reason }))),
    ]);
    return response;
  };

  it('answers 201 once it is confirmed', async () => {
    const { status, body } = await settled('CONFIRMED');
    expect([status, body.status]).toEqual([201, 'CONFIRMED']);
    expect(outcomes()).toEqual(['PENDING', 'CONFIRMED']);
  });

  it('the cart has its lines again before a declined customer has the answer', async () => {
    const { status, body } = await settled('REJECTED', 'PAYMENT_DECLINED: insufficient_funds');
    expect([status, body.code, body.orderId]).toEqual([402, 'PAYMENT_DECLINED', orderId]);
    expect(outcomes()).toEqual(['PENDING', 'REJECTED']);
  });

  it('names the lines of which less is left', async () => {
    const { status, body } = await settled('REJECTED', 'OUT_OF_STOCK');
    expect([status, body.code, body.skus]).toEqual([409, 'OUT_OF_STOCK', ['MUG']]);
    expect(body.detail).toContain('MUG');
  });
});

it('a repeated request finds the settled order, and settles the cart', async () => {
  await fixture.services.answerOrders(() => accept(anOrder({ id: orderId, status: 'CONFIRMED' })));
  await checkOut().expect(202);
  expect(outcomes()).toEqual(['CONFIRMED']);
});

it('answers with the order although the cart service died after its begin', async () => {
  await fixture.services.silence(settleCheckout);
  await checkOut().expect(202);
});

it.each([
  ['CART_EMPTY', 422],
  ['CART_FULL', 422],
  ['IDEMPOTENCY_KEY_REUSED', 422],
] as const)('places nothing when the cart refuses with %s', async (code, status) => {
  await fixture.services.answer(beginCheckout, () => refuse(code, 'Because.'));
  const { body } = await checkOut().expect(status);
  expect(body.code).toBe(code);
  expect(fixture.services.orderRequests()).toEqual([]);
});

it('answers 503 and places nothing while the cart service is down', async () => {
  await fixture.services.silence(beginCheckout);
  const { body } = await checkOut().expect(503);
  expect(body.code).toBe('SERVICE_UNAVAILABLE');
  expect(fixture.services.orderRequests()).toEqual([]);
});

it('answers PRICE_CHANGED with old and new, and lets the next checkout have the units', async () => {
  const changes = [{ sku: 'MUG', old: usd(999), new: usd(1_099) }];
  await fixture.services.answerOrders(() => refuse('PRICE_CHANGED', 'The price has changed.', { changes }));
  const { body } = await checkOut().expect(409);
  expect(body).toMatchObject({ code: 'PRICE_CHANGED', changes });
  expect(outcomes()).toEqual(['NOT_PLACED']);
});

it('keeps the units when it is not known whether there is an order', async () => {
  await fixture.services.silence(placeOrders);
  const { body } = await checkOut().expect(503);
  expect(body.code).toBe('SERVICE_UNAVAILABLE');
  expect(outcomes()).toEqual([]);
});

it.each([
  [{}, 'payment'],
  [{ payment: PAYMENT, acceptedPrices: [{ sku: 'MUG' }] }, 'acceptedPrices.0.unitPrice'],
  [{ payment: PAYMENT, items: [] }, 'items'],
  [
    { payment: PAYMENT, acceptedPrices: ['MUG', 'MUG'].map((sku) => ({ sku, unitPrice: usd(1) })) },
    'acceptedPrices',
  ],
])('refuses the body %j', async (body, path) => {
  const answer = await checkOut(body).expect(400);
  expect(answer.body).toMatchObject({ code: 'VALIDATION_FAILED', errors: [{ path }] });
  expect(fixture.services.requests(beginCheckout)).toEqual([]);
});

it('requires a key, and a customer', async () => {
  const missing = await checkOut(undefined, { 'idempotency-key': '' }).expect(400);
  expect(missing.body.code).toBe('IDEMPOTENCY_KEY_MISSING');
  const admin = await fixture.as('root', 'admin');
  await fixture.http
    .post('/v1/cart/checkout')
    .set(admin)
    .set('idempotency-key', 'k')
    .send({ payment: PAYMENT })
    .expect(403);
});
