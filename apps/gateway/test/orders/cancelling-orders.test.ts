import { accept, cancelOrder, getOrder, refuse } from '@doorbuster/contracts';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { anOrder, aStatus, ORDER_ID } from '../support/examples.js';
import { startFixture, type Fixture } from '../support/fixture.js';

describe('cancelling an order', () => {
  let fixture: Fixture;
  let alice: { authorization: string };

  beforeAll(async () => {
    fixture = await startFixture();
    alice = await fixture.as('alice');
    await fixture.services.answer(getOrder, () => accept(anOrder({ status: 'CONFIRMED' })));
  });
  afterAll(() => fixture.stop());

  const cancel = (headers: Record<string, string> = {}) =>
    fixture.http.post(`/v1/orders/${ORDER_ID}/cancel`).set(alice).set(headers);

  it('answers 202 while it is in progress', async () => {
    await fixture.services.answer(cancelOrder, () => accept(anOrder({ status: 'CONFIRMED' })));
    const { body, headers } = await cancel().expect(202);
    expect(body).toEqual(anOrder({ status: 'CONFIRMED' }));
    expect(fixture.services.requests(cancelOrder)).toEqual([
      {
        actor: { customerId: 'alice', role: 'customer' },
        commitBy: expect.any(Number),
        orderId: ORDER_ID,
        traceparent: headers['traceparent'],
      },
    ]);
  });

  it('accepts an empty JSON object as body, and no other', async () => {
    await cancel().send({}).expect(202);
    const { body } = await cancel().send({ reason: 'regret' }).expect(400);
    expect(body.errors).toEqual([{ path: 'reason', message: 'unknown field' }]);
    await cancel({ 'content-type': 'application/json' }).expect(202);
  });

  it('waits for the outcome with Prefer: wait', async () => {
    const [{ body }] = await Promise.all([
      cancel({ prefer: 'wait=5' }).expect(200),
      sleep(100).then(() => fixture.services.publish(aStatus({ status: 'CANCELLED' }))),
    ]);
    expect(body.status).toBe('CANCELLED');
  });

  it('answers 200 for a cancelled order', async () => {
    await fixture.services.answer(cancelOrder, () => accept(anOrder({ status: 'CANCELLED' })));
    await cancel().expect(200);
  });

  it('answers 409 when the order cannot be cancelled, and 404 for another customer', async () => {
    await fixture.services.answer(cancelOrder, () => refuse('ORDER_NOT_CANCELLABLE', 'It was rejected.'));
    expect((await cancel().expect(409)).body.code).toBe('ORDER_NOT_CANCELLABLE');
    await fixture.services.answer(cancelOrder, () => refuse('ORDER_NOT_FOUND', 'There is no such order.'));
    expect((await cancel().expect(404)).body.code).toBe('ORDER_NOT_FOUND');
  });
});
