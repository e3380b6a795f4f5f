import { accept, getOrder, refuse, type OrderStatus } from '@doorbuster/contracts';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { anOrder, aStatus, ORDER_ID, PLACE_ORDER } from '../support/examples.js';
import { startFixture, type Fixture } from '../support/fixture.js';

describe('placing an order and waiting for the outcome', () => {
  let fixture: Fixture;
  let alice: { authorization: string };
  let orderId: string;
  let count = 0;

  beforeAll(async () => {
    // On a slow machine more requests of one customer are on their way to orders at once than it may have unsettled orders.
    fixture = await startFixture({ UNSETTLED_ORDERS_PER_CUSTOMER_MAX: 'off' });
    alice = await fixture.as('alice');
  });
  afterAll(() => fixture.stop());
  beforeEach(async () => {
    count += 1;
    orderId = ORDER_ID.replace(/.{4}$/, String(count).padStart(4, '0'));
    await fixture.services.answerOrders(() => accept(anOrder({ id: orderId })));
    await fixture.services.answer(getOrder, () => accept(anOrder({ id: orderId })));
  });

  const place = (prefer = 'wait=5') =>
    fixture.http
      .post('/v1/orders')
      .set(alice)
      .set({ 'idempotency-key': `key-${count}`, prefer })
      .send(PLACE_ORDER);

  const settle = async (status: OrderStatus, reason: string | null = null): Promise<void> => {
    await sleep(100);
    await fixture.services.publish(aStatus({ orderId, status, reason }));
  };

  it('answers 201 once it is confirmed, without an RPC', async () => {
    const [response] = await Promise.all([place().expect(201), settle('CONFIRMED')]);
    expect(response.headers['location']).toBe(`/v1/orders/${orderId}`);
    expect(response.headers['preference-applied']).toBe('wait=5');
    expect(response.body).toEqual(
      anOrder({ id: orderId, status: 'CONFIRMED', updatedAt: '2026-01-01T12:00:01.000Z' }),
    );
    expect(fixture.services.requests(getOrder)).toEqual([]);
  });

  it.each([
    ['PAYMENT_DECLINED', 402, 'PAYMENT_DECLINED', 'The payment was declined, and nothing was charged.'],
    [
      'PAYMENT_DECLINED: insufficient_funds',
      402,
      'PAYMENT_DECLINED',
      'The payment was declined, and nothing was charged (insufficient_funds).',
    ],
    ['PAYMENT_TIMEOUT', 402, 'PAYMENT_TIMEOUT', expect.any(String)],
    ['OUT_OF_STOCK', 409, 'OUT_OF_STOCK', expect.any(String)],
    ['OUT_OF_STOCK: TSHIRT', 409, 'OUT_OF_STOCK', expect.stringContaining('TSHIRT')],
    ['STOCK_TIMEOUT', 409, 'ORDER_REJECTED', 'Rejected: STOCK_TIMEOUT.'],
    ['RESERVATION_EXPIRED', 409, 'ORDER_REJECTED', 'Rejected: RESERVATION_EXPIRED.'],
  ])('answers a rejection for %s with %i %s', async (reason, status, code, detail) => {
    const [response] = await Promise.all([place().expect(status), settle('REJECTED', reason)]);
    expect(response.headers['content-type']).toContain('application/problem+json');
    expect(response.headers['location']).toBe(`/v1/orders/${orderId}`);
    expect(response.body).toMatchObject({ code, status, detail, orderId });
  });

  it('answers 409 when the order is cancelled during the wait', async () => {
    const [{ body }] = await Promise.all([place().expect(409), settle('CANCELLED')]);
    expect(body).toMatchObject({ code: 'ORDER_CANCELLED', orderId });
  });

  it('uses an outcome that was published before the reply to the placing', async () => {
    await fixture.services.answerOrders(async () => {
      await fixture.services.publish(aStatus({ orderId }));
      await sleep(50);
      return accept(anOrder({ id: orderId }));
    });
    await place().expect(201);
  });

  it('answers a repeated request of a settled order at once', async () => {
    await fixture.services.answerOrders(() =>
      accept(anOrder({ id: orderId, status: 'REJECTED', reason: 'OUT_OF_STOCK' })),
    );
    const { body } = await place().expect(409);
    expect(body.code).toBe('OUT_OF_STOCK');
  });

  it('answers 202 after the wait without an outcome', async () => {
    const before = Date.now();
    const response = await place('wait=1').expect(202);
    expect(Date.now() - before).toBeGreaterThanOrEqual(990);
    expect(response.body.status).toBe('PENDING');
    expect(response.headers['preference-applied']).toBe('wait=1');
  });

  it('reads the order once at the end of the wait, in case an event was lost', async () => {
    await fixture.services.answer(getOrder, () => accept(anOrder({ id: orderId, status: 'CONFIRMED' })));
    await place('wait=1').expect(201);
    expect(fixture.services.requests(getOrder)).toEqual([
      { actor: { customerId: 'alice', role: 'customer' }, orderId },
    ]);
  });

  it('answers 202 when the order cannot be read at the end of the wait', async () => {
    await fixture.services.answer(getOrder, () => refuse('SERVICE_UNAVAILABLE', 'Restarting.'));
    await place('wait=1').expect(202);
  });

  it('reads the order after a reconnection to NATS', async () => {
    await fixture.services.answer(getOrder, () => accept(anOrder({ id: orderId, status: 'CONFIRMED' })));
    const response = Promise.resolve(place('wait=20').expect(201));
    await sleep(200);
    await fixture.nats.kill();
    await fixture.nats.start();
    const before = Date.now();
    await response;
    expect(Date.now() - before).toBeLessThan(10_000);
  });

  it('answers 202 at once without a wait', async () => {
    await place('wait=0').expect(202);
    const response = await place('wait=soon').expect(202);
    expect(response.headers['preference-applied']).toBeUndefined();
  });

  it('omits Preference-Applied when a customer has too many waits', async () => {
    let answered = 0;
    const requests = Array.from({ length: 42 }, async () => {
      const response = await place('wait=30');
      answered += 1;
      return response;
    });
    // The orders are settled once 40 of them wait, so that no wait ends before the last has begun.
    await expect.poll(() => answered, { timeout: 20_000 }).toBe(2);
    await settle('CONFIRMED');
    const answers = await Promise.all(requests);
    const applied = answers.filter(({ headers }) => headers['preference-applied'] === 'wait=30');
    expect(applied.map(({ status }) => status)).toEqual(Array(40).fill(201));
    const others = answers.filter(({ headers }) => headers['preference-applied'] === undefined);
    expect(others.map(({ status }) => status)).toEqual([202, 202]);
  });

  it('answers all waits for the same order', async () => {
    await Promise.all([place().expect(201), place().expect(201), place().expect(201), settle('CONFIRMED')]);
  });
});
