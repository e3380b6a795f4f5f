import { randomUUID } from 'node:crypto';
import { accept, getOrder, getStock, refuse } from '@doorbuster/contracts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { anOrder, aStatus, PLACE_ORDER } from '../support/examples.js';
import { startFixture, type Fixture } from '../support/fixture.js';

const IN_FLIGHT_MAX = 4;

describe('admission', () => {
  let fixture: Fixture;
  let alice: { authorization: string };
  let placed: string[];

  beforeAll(async () => {
    fixture = await startFixture({ CHECKOUTS_IN_FLIGHT_MAX: String(IN_FLIGHT_MAX), RATE_LIMIT: '1000' });
    alice = await fixture.as('alice');
  });
  afterAll(() => fixture.stop());
  beforeEach(async () => {
    placed = [];
    await fixture.services.answerOrders(() => {
      const id = randomUUID();
      placed.push(id);
      return accept(anOrder({ id }));
    });
  });

  const order = (headers: Record<string, string> = alice, body: unknown = PLACE_ORDER): Promise<Response> =>
    fetch(`${fixture.url}/v1/orders`, {
      method: 'POST',
      headers: { ...headers, 'idempotency-key': randomUUID(), 'content-type': 'application/json' },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
  const statuses = async (count: number): Promise<number[]> =>
    (await Promise.all(Array.from({ length: count }, () => order()))).map(({ status }) => status);
  const settle = (...orderIds: string[]) =>
    fixture.services.publish(...orderIds.map((orderId) => aStatus({ orderId })));
  const fill = async (): Promise<string[]> => {
    expect(await statuses(IN_FLIGHT_MAX)).toEqual(Array(IN_FLIGHT_MAX).fill(202));
    return placed;
  };
  const empty = async (orderIds: string[]): Promise<void> => {
    await settle(...orderIds);
    await expect
      .poll(async () => {
        const { status } = await order();
        if (status === 202) await settle(placed.at(-1) as string);
        return status;
      })
      .toBe(202);
  };

  it('answers 503 with Retry-After while the limit of checkouts in flight is reached', async () => {
    const full = await fill();
    const refused = await order();
    expect(refused.status).toBe(503);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    expect(refused.headers.get('ratelimit-limit')).toBe(String(IN_FLIGHT_MAX));
    expect(refused.headers.get('ratelimit-remaining')).toBe('0');
    expect(refused.headers.get('ratelimit-reset')).toBe(refused.headers.get('retry-after'));
    expect(refused.headers.get('traceparent')).toMatch(/^00-/);
    expect(await refused.json()).toMatchObject({ code: 'SERVICE_OVERLOADED', status: 503 });
    expect(placed).toHaveLength(IN_FLIGHT_MAX);
    await empty(full);
  });

  it('admits one order for each that settles', async () => {
    const full = await fill();
    await settle(full[0] as string);
    await expect.poll(() => order().then(({ status }) => status)).toBe(202);
    expect(await statuses(3)).toEqual([503, 503, 503]);
    await empty(placed);
  });

  it('admits no more than the limit of concurrent orders', async () => {
    const answers = await statuses(50);
    expect(answers.filter((status) => status === 202)).toHaveLength(IN_FLIGHT_MAX);
    await empty(placed);
  });

  it('counts neither refused orders nor orders that settled before their reply', async () => {
    await fixture.services.answerOrders(() => refuse('UNKNOWN_SKU', 'No such product.'));
    expect(await statuses(2)).toEqual([422, 422]);
    await fixture.services.answerOrders(async () => {
      const id = randomUUID();
      await settle(id);
      return accept(anOrder({ id }));
    });
    for (let i = 0; i < 3 * IN_FLIGHT_MAX; i += 1)
      await expect.poll(async () => (await order()).status).toBe(202);
  });

  it('refuses before it reads the body, and keeps the connection', async () => {
    const full = await fill();
    expect((await order(alice, 'no JSON at all')).status).toBe(503);
    expect((await order(alice, 'x'.repeat(60_000))).status).toBe(503);
    await empty(full);
    expect((await order(alice, 'no JSON at all')).status).toBe(400);
  });

  it('refuses without verifying the token', async () => {
    const full = await fill();
    expect((await order({})).status).toBe(503);
    await empty(full);
    expect((await order({})).status).toBe(401);
    expect((await order(await fixture.as('root', 'admin'))).status).toBe(403);
  });

  it('refuses new orders only', async () => {
    const full = await fill();
    const [id = ''] = full;
    await fixture.services.answer(getOrder, ({ orderId }) => accept(anOrder({ id: orderId })));
    const stock = { sku: 'A', available: 0, reserved: 0, sold: 0, received: 0 };
    await fixture.services.answer(getStock, () => accept(stock));
    await fixture.http.get(`/v1/orders/${id}`).set(alice).expect(200);
    await fixture.http
      .get('/v1/inventory/A')
      .set(await fixture.as('root', 'admin'))
      .expect(200);
    await fixture.http.get('/healthz').expect(200);
    await empty(full);
  });
});
