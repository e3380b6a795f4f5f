import { accept, getOrder, getTimeline, listOrders, refuse } from '@doorbuster/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { anOrder, ORDER_ID } from '../support/examples.js';
import { startFixture, type Fixture } from '../support/fixture.js';

describe('reading orders', () => {
  let fixture: Fixture;
  let alice: { authorization: string };

  beforeAll(async () => {
    fixture = await startFixture();
    alice = await fixture.as('alice');
    await fixture.services.answer(getOrder, () => accept(anOrder()));
    await fixture.services.answer(listOrders, () => accept({ items: [anOrder()], nextCursor: 'next' }));
  });
  afterAll(() => fixture.stop());

  it('answers one order', async () => {
    const { body } = await fixture.http.get(`/v1/orders/${ORDER_ID}`).set(alice).expect(200);
    expect(body).toEqual(anOrder());
  });

  it('sends the actor, so that orders decides on access', async () => {
    const admin = await fixture.as('root', 'admin');
    await fixture.http.get(`/v1/orders/${ORDER_ID}`).set(admin).expect(200);
    expect(fixture.services.requests(getOrder).at(-1)).toEqual({
      actor: expect.objectContaining({ customerId: 'root', role: 'admin' }),
      orderId: ORDER_ID,
    });
  });

  it('answers 404 for an order of another customer', async () => {
    await fixture.services.answer(getOrder, () => refuse('ORDER_NOT_FOUND', 'There is no such order.'));
    expect((await fixture.http.get(`/v1/orders/${ORDER_ID}`).set(alice).expect(404)).body.code).toBe(
      'ORDER_NOT_FOUND',
    );
  });

  it.each(['', '/events', '/timeline'])(
    'answers 404 for an id that cannot exist: /v1/orders/x%s',
    async (rest) => {
      const { body } = await fixture.http.get(`/v1/orders/x${rest}`).set(alice).expect(404);
      expect(body.code).toBe('ORDER_NOT_FOUND');
    },
  );

  it('answers a page, by default of 20 orders', async () => {
    const { body } = await fixture.http.get('/v1/orders').set(alice).expect(200);
    expect(body).toEqual({ items: [anOrder()], nextCursor: 'next' });
    await fixture.http.get('/v1/orders?limit=7&cursor=next').set(alice).expect(200);
    const actor = { customerId: 'alice', role: 'customer' };
    expect(fixture.services.requests(listOrders)).toEqual([
      { actor, limit: 20 },
      { actor, limit: 7, cursor: 'next' },
    ]);
  });

  it('passes the filters of a list on', async () => {
    const times = { createdAfter: '2026-11-27T12:00:00Z', createdBefore: '2026-11-27T13:00:00Z' };
    const one = { reason: 'PAYMENT_DECLINED', customerId: 'bob', sku: 'MUG', ...times };
    const several = new URLSearchParams([
      ['status', 'PENDING'],
      ['status', 'REJECTED'],
      ...Object.entries(one),
    ]);
    const root = await fixture.as('root', 'admin');
    await fixture.http.get(`/v1/orders?${several.toString()}`).set(root).expect(200);
    const actor = expect.objectContaining({ customerId: 'root', role: 'admin' });
    const passedOn = { actor, limit: 20, status: ['PENDING', 'REJECTED'], ...one };
    expect(fixture.services.requests(listOrders).at(-1)).toEqual(passedOn);
    await fixture.http.get('/v1/orders?status=PENDING').set(root).expect(200);
    expect(fixture.services.requests(listOrders).at(-1)).toEqual({ actor, limit: 20, status: ['PENDING'] });
  });

  it.each([
    'status=LOST',
    'reason=declined',
    'customerId=',
    'sku=%20',
    'createdAfter=yesterday',
    'createdBefore=1970-01-01T00:00:00Z',
    'sku=MUG&sku=TEE',
    'state=PENDING',
  ])('refuses a filter that it does not know: %s', async (filter) => {
    const { body } = await fixture.http.get(`/v1/orders?${filter}`).set(alice).expect(400);
    expect(body.code).toBe('VALIDATION_FAILED');
    expect(body.errors).not.toEqual([]);
  });

  it('answers the timeline with a link to each trace', async () => {
    const traceId = '0af7651916cd43dd8448eb211c80319c';
    const started = {
      at: '2026-11-23T12:00:00.000Z',
      saga: 'checkout',
      sagaId: ORDER_ID,
      step: 'checkout',
      transition: 'STARTED' as const,
      attempt: 0,
      reason: null,
      traceId,
    };
    const timeline = { orderId: ORDER_ID, items: [started, { ...started, attempt: 1 }], nextCursor: null };
    await fixture.services.answer(getTimeline, () => accept(timeline));
    const { body } = await fixture.http.get(`/v1/orders/${ORDER_ID}/timeline`).set(alice).expect(200);
    expect(body).toEqual({ ...timeline, traces: [{ traceId, url: `http://traces.example/${traceId}` }] });
  });
});
