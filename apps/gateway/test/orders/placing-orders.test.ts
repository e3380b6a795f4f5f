import { accept, placeOrders, refuse } from '@doorbuster/contracts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { anOrder, ORDER_ID, PLACE_ORDER } from '../support/examples.js';
import { startFixture, type Fixture } from '../support/fixture.js';

describe('placing an order', () => {
  let fixture: Fixture;
  let alice: { authorization: string };

  beforeAll(async () => {
    fixture = await startFixture();
    alice = await fixture.as('alice');
  });
  afterAll(() => fixture.stop());
  beforeEach(() => fixture.services.answerOrders(() => accept(anOrder())));

  const place = (headers: Record<string, string> = { 'idempotency-key': 'key-1' }) =>
    fixture.http.post('/v1/orders').set(alice).set(headers).send(PLACE_ORDER);

  it('answers 202 with the order and its Location', async () => {
    const response = await place().expect(202);
    expect(response.headers['location']).toBe(`/v1/orders/${ORDER_ID}`);
    expect(response.headers['preference-applied']).toBeUndefined();
    expect(response.body).toEqual(anOrder());
  });

  it('sends customer, key, body and a trace of our own to orders', async () => {
    const traceparent = '00-11111111111111111111111111111111-2222222222222222-01';
    const response = await place({ 'idempotency-key': 'key-2', traceparent }).expect(202);
    expect(response.headers['traceparent']).toMatch(/^00-(?!1{32})[0-9a-f]{32}-[0-9a-f]{16}-00$/);
    expect(fixture.services.orderRequests()).toEqual([
      {
        customerId: 'alice',
        idempotencyKey: 'key-2',
        body: PLACE_ORDER,
        traceparent: response.headers['traceparent'],
        acceptBy: expect.toSatisfy((ms: number) => ms > Date.now() && ms <= Date.now() + 6_000),
        expiresInMs: expect.toSatisfy((ms: number) => ms > 0 && ms <= 6_000),
      },
    ]);
  });

  it('answers 202 to a repeated request of a settled order', async () => {
    await fixture.services.answerOrders(() => accept(anOrder({ status: 'CONFIRMED' })));
    const { body } = await place().expect(202);
    expect(body.status).toBe('CONFIRMED');
  });

  it('requires an Idempotency-Key', async () => {
    const { body } = await place({}).expect(400);
    expect(body).toMatchObject({ code: 'IDEMPOTENCY_KEY_MISSING', status: 400, instance: '/v1/orders' });
  });

  it.each([
    ['with spaces', 'a b'],
    ['too long', 'x'.repeat(256)],
    ['sent several times', ['one', 'two']],
  ])('refuses an Idempotency-Key %s', async (_name, key) => {
    const { body } = await place({ 'idempotency-key': key as string }).expect(400);
    expect(body).toMatchObject({ code: 'VALIDATION_FAILED', errors: [{ path: 'Idempotency-Key' }] });
  });

  it.each(['application/json', 'application/json; charset=UTF-8', 'application/json;charset="us-ascii"'])(
    'takes a key of 255 characters, as clients of Stripe send them, and a body of type %s',
    async (type) => {
      await fixture.services.answerOrders(() => accept(anOrder()));
      const key = '~"'.repeat(127) + 'x';
      await place({ 'idempotency-key': key, 'content-type': type }).expect(202);
      expect(fixture.services.orderRequests().at(-1)?.idempotencyKey).toBe(key);
    },
  );

  it.each([
    ['IDEMPOTENCY_KEY_REUSED', 422],
    ['UNKNOWN_SKU', 422],
    ['CURRENCY_MISMATCH', 422],
    ['SERVICE_UNAVAILABLE', 503],
    ['INTERNAL_ERROR', 500],
  ] as const)('answers the refusal %s with %i', async (code, status) => {
    await fixture.services.answerOrders(() => refuse(code, 'Because.'));
    const response = await place().expect(status);
    expect(response.headers['content-type']).toContain('application/problem+json');
    expect(response.body).toEqual({
      type: `urn:doorbuster:problem:${code.toLowerCase().replaceAll('_', '-')}`,
      title: expect.any(String),
      status,
      detail: 'Because.',
      instance: '/v1/orders',
      code,
      traceId: response.headers['traceparent']?.slice(3, 35),
    });
  });

  it('answers 503 with Retry-After while orders is unavailable', async () => {
    await fixture.services.silence(placeOrders);
    const response = await place().expect(503);
    expect(response.body.code).toBe('SERVICE_UNAVAILABLE');
    expect(response.headers['retry-after']).toBe('1');
  });

  it(
    'gives up on an answer that does not come, and on what waited behind it',
    { timeout: 15_000 },
    async () => {
      await fixture.services.answerOrders(() => new Promise(() => undefined));
      const handedOver = () =>
        new Set(fixture.services.orderRequests().map(({ idempotencyKey }) => idempotencyKey));
      const begun = Date.now();
      const responses = [];
      for (let batch = 1; batch <= 8; batch += 1) {
        responses.push(place({ 'idempotency-key': `batch-${batch}` }).then((response) => response));
        await expect.poll(() => handedOver().size, { interval: 5 }).toBe(batch);
      }
      responses.push(place({ 'idempotency-key': 'behind' }));
      for (const { status, body, headers } of await Promise.all(responses)) {
        expect({ status, code: body.code }).toEqual({ status: 503, code: 'SERVICE_TIMEOUT' });
        expect(headers['retry-after']).toBe('1');
      }
      expect(Date.now() - begun).toBeLessThan(10_000);
      expect(handedOver()).not.toContain('behind');
    },
  );

  it('is not for admins', async () => {
    const admin = await fixture.as('root', 'admin');
    const { body } = await fixture.http.post('/v1/orders').set(admin).send(PLACE_ORDER).expect(403);
    expect(body.code).toBe('FORBIDDEN');
  });
});
