import { randomUUID } from 'node:crypto';
import {
  accept,
  getStockLevels,
  getUnitsLeft,
  listPlacedRequests,
  ordersAccepted,
  placeOrders,
  refuse,
  stockDepleted,
  stockReplenished,
} from '@doorbuster/contracts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { anOrder, aStatus, ORDER_ID } from '../support/examples.js';
import { startFixture, startGateway, type Fixture } from '../support/fixture.js';

describe('the sold-out gate', () => {
  let fixture: Fixture;
  let alice: { authorization: string };
  let sku: string;
  let available = 0;

  beforeAll(async () => {
    fixture = await startFixture();
    alice = await fixture.as('alice');
    await answerHistory();
    await fixture.services.answer(getStockLevels, ({ skus }) =>
      accept(
        skus.map((each) => ({
          sku: each,
          available,
          reserved: 0,
          sold: 0,
          received: available,
          setAside: 0,
        })),
      ),
    );
  });
  afterAll(() => fixture.stop());
  beforeEach(async () => {
    sku = `SKU-${randomUUID()}`;
    available = 0;
    await fixture.services.answerOrders(() => accept(anOrder()));
  });

  const answerHistory = (...requests: { customerId: string; idempotencyKey: string }[]) =>
    fixture.services.answer(listPlacedRequests, ({ after }) =>
      accept(after === ORDER_ID ? { requests: [], last: null } : { requests, last: ORDER_ID }),
    );
  const orderLines = (key: string, lines: object[], url = fixture.url): Promise<Response> =>
    fetch(`${url}/v1/orders`, {
      method: 'POST',
      headers: { ...alice, 'idempotency-key': key, 'content-type': 'application/json' },
      body: JSON.stringify({
        items: lines.map((line) => ({ ...line, quantity: 1 })),
        payment: { method: 'pm_card_visa' },
      }),
    });
  const order = (key: string = randomUUID(), skus = [sku], url = fixture.url): Promise<Response> => {
    const lines = skus.map((each) => ({ sku: each }));
    return orderLines(key, lines, url);
  };
  const statusOf = async (...args: Parameters<typeof order>): Promise<number> =>
    (await order(...args)).status;
  const deplete = (time?: Date) => fixture.services.state(stockDepleted, [{ sku, available: 0 }], time);
  const replenish = (time?: Date) => fixture.services.state(stockReplenished, [{ sku, available: 1 }], time);
  const closed = (url?: string) =>
    expect.poll(() => statusOf(randomUUID(), [sku], url), { timeout: 25_000 }).toBe(409);

  it('lets orders through while there is stock', async () => {
    expect(await statusOf()).toBe(202);
  });

  it('distinguishes the units of a sale from ordinary stock', async () => {
    const saleId = randomUUID();
    let unitsLeft = 0;
    await fixture.services.answer(getUnitsLeft, ({ saleIds }) =>
      accept(saleIds.map((each) => ({ saleId: each, unitsLeft }))),
    );
    const inSale = async () => (await orderLines(randomUUID(), [{ sku, saleId }])).status;
    await fixture.services.state(stockDepleted, [{ sku, saleId, available: 0 }]);
    await expect.poll(inSale, { timeout: 10_000 }).toBe(409);
    expect(await statusOf()).toBe(202);
    // No event tells of the returned unit, so the check finds it.
    unitsLeft = 1;
    await expect.poll(inSale, { timeout: 10_000 }).toBe(202);
  });

  it('refuses without an RPC when the last unit is gone', async () => {
    await deplete();
    await closed();
    const asked = fixture.services.requests(placeOrders).length;
    const answers = await Promise.all(Array.from({ length: 50 }, () => order()));
    for (const answer of answers) {
      expect(answer.status).toBe(409);
      expect(answer.headers.get('content-type')).toContain('application/problem+json');
      expect(await answer.json()).toMatchObject({
        code: 'OUT_OF_STOCK',
        detail: expect.stringContaining(sku),
      });
    }
    expect(fixture.services.requests(placeOrders)).toHaveLength(asked);
  });

  it('refuses orders with a sold-out line among others, and no other orders', async () => {
    await deplete();
    await closed();
    expect(await statusOf(randomUUID(), ['OTHER', sku])).toBe(409);
    expect(await statusOf(randomUUID(), ['OTHER'])).toBe(202);
  });

  it('lets orders through at once when a unit comes back', async () => {
    await deplete();
    await closed();
    available = 1;
    await replenish();
    await expect.poll(() => statusOf(), { interval: 5 }).toBe(202);
  });

  it('applies events by their time, not by their arrival', async () => {
    const now = Date.now();
    await replenish(new Date(now + 10));
    await deplete(new Date(now));
    await fixture.services.connection.flush();
    expect([await statusOf(), await statusOf()]).toEqual([202, 202]);
  });

  it('detects a returned unit without its event', async () => {
    await deplete();
    await closed();
    available = 1;
    await expect.poll(() => statusOf(), { timeout: 10_000 }).toBe(202);
  });

  it('checks a pool at most once a second', async () => {
    await deplete();
    await closed();
    fixture.services.requests(getStockLevels).length = 0;
    const until = Date.now() + 2_500;
    while (Date.now() < until) await statusOf();
    expect(fixture.services.requests(getStockLevels).length).toBeGreaterThan(0);
    expect(fixture.services.requests(getStockLevels).length).toBeLessThanOrEqual(3);
  });

  it('detects a SKU that sold out before it subscribed by rejected orders', async () => {
    const { lines } = anOrder();
    const refused = anOrder({ id: randomUUID(), lines: lines.map((line) => ({ ...line, sku })) });
    await fixture.services.answerOrders(() => accept(refused));
    expect(await statusOf()).toBe(202);
    await fixture.services.publish(
      aStatus({ orderId: refused.id, status: 'REJECTED', reason: 'OUT_OF_STOCK' }),
    );
    await closed();
  });

  it('lets a repeated request with an order through, also on another replica', async () => {
    const other = await startGateway(fixture.nats);
    const key = randomUUID();
    expect(await statusOf(key)).toBe(202);
    await fixture.services.state(ordersAccepted, [
      { requests: [{ customerId: 'alice', idempotencyKey: key }] },
    ]);
    await deplete();
    await closed();
    await closed(other.url);
    expect([await statusOf(key), await statusOf(key, [sku], other.url)]).toEqual([202, 202]);
    await fixture.services.answerOrders(() => refuse('IDEMPOTENCY_KEY_REUSED', 'Another body.'));
    expect(await statusOf(key, [sku, 'OTHER'])).toBe(422);
    await other.app.close();
  });

  it('reads the requests from before its start, and lets all orders through until then', async () => {
    const key = randomUUID();
    await fixture.services.silence(listPlacedRequests);
    const late = await startGateway(fixture.nats);
    await deplete();
    await closed();
    expect(await statusOf(randomUUID(), [sku], late.url)).toBe(202);
    await answerHistory({ customerId: 'alice', idempotencyKey: key });
    await closed(late.url);
    expect(await statusOf(key, [sku], late.url)).toBe(202);
    await late.app.close();
  });

  it('refuses an invalid order as invalid', async () => {
    await deplete();
    await closed();
    expect(await statusOf('a key with spaces')).toBe(400);
    const { status } = await fetch(`${fixture.url}/v1/orders`, { method: 'POST' });
    expect(status).toBe(401);
  });

  it('clears its state after a reconnection to NATS', async () => {
    await deplete();
    await closed();
    const key = randomUUID();
    await answerHistory({ customerId: 'alice', idempotencyKey: key });
    await fixture.nats.kill();
    await fixture.nats.start();
    available = 1;
    await expect.poll(() => statusOf(), { timeout: 20_000 }).toBe(202);
    await expect.poll(() => deplete().then(() => statusOf()), { timeout: 20_000, interval: 100 }).toBe(409);
    expect(await statusOf(key)).toBe(202);
  });
});
