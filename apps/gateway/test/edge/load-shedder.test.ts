import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { request as send, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import {
  accept,
  getStockLevels,
  listPlacedRequests,
  stockDepleted,
  type PlaceOrderRequest,
  type Problem,
} from '@doorbuster/contracts';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { SoldOutGate } from '../../src/sold-out/sold-out-gate.js';
import { anOrder } from '../support/examples.js';
import { startFixture, startGateway, type Fixture } from '../support/fixture.js';

const GONE = `GONE-${randomUUID()}`;
const OTHER = `OTHER-${randomUUID()}`;

describe('the load shedder while a SKU is sold out', () => {
  let fixture: Fixture;
  let alice: { authorization: string };
  let placed: PlaceOrderRequest[];

  beforeAll(async () => {
    fixture = await startFixture();
    alice = await fixture.as('alice');
    await fixture.services.answer(listPlacedRequests, () => accept({ requests: [], last: null }));
    await fixture.services.answerOrders((request) => {
      placed.push(request);
      return accept(anOrder());
    });
    placed = [];
    await fixture.services.state(stockDepleted, [{ sku: GONE, available: 0 }]);
    await fixture.services.answer(getStockLevels, () =>
      accept([{ sku: GONE, available: 0, reserved: 0, sold: 0, received: 0, setAside: 0 }]),
    );
    await vi.waitUntil(async () => (await order(bodyOf(GONE))).status === 409, { timeout: 10_000 });
  });
  afterAll(() => fixture.stop());
  beforeEach(() => {
    placed = [];
  });

  const bodyOf = (sku: string, padding = ''): string =>
    JSON.stringify({ items: [{ sku, quantity: 1 }], payment: { method: 'pm_card_visa' } }) + padding;
  const order = (
    body: string | Buffer | ReadableStream,
    headers: Record<string, string> = {},
    query = '',
  ): Promise<Response> =>
    fetch(`${fixture.url}/v1/orders${query}`, {
      method: 'POST',
      headers: { ...alice, 'idempotency-key': randomUUID(), 'content-type': 'application/json', ...headers },
      body,
      ...(body instanceof ReadableStream && { duplex: 'half' }),
    });

  it('refuses with the same answer as the controller, before Fastify', async () => {
    const framework = vi.spyOn(SoldOutGate.prototype, 'assertAvailable');
    const early = await order(bodyOf(GONE));
    expect((await order(bodyOf(GONE), {}, '?from=campaign')).status).toBe(409);
    expect(framework).not.toHaveBeenCalled();
    // A body of this length is left to Fastify.
    const late = await order(bodyOf(GONE, ' '.repeat(5_000)));
    expect(framework).toHaveBeenCalledOnce();
    framework.mockRestore();
    expect([early.status, late.status]).toEqual([409, 409]);
    const [a, b] = [(await early.json()) as Problem, (await late.json()) as Problem];
    expect({ ...a, traceId: '' }).toEqual({ ...b, traceId: '' });
    expect(early.headers.get('content-type')).toBe(late.headers.get('content-type'));
    expect(early.headers.get('traceparent')).toContain(a.traceId);
  });

  it('passes on the whole body of other orders', async () => {
    expect((await order(bodyOf(OTHER))).status).toBe(202);
    expect((await order(bodyOf(OTHER, ' '.repeat(50_000)))).status).toBe(202);
    expect((await order(new Blob([bodyOf(OTHER)]).stream())).status).toBe(202);
    expect(placed.map(({ body }) => body.items[0]?.sku)).toEqual([OTHER, OTHER, OTHER]);
  });

  it('waits for a body in several packets', async () => {
    const body = bodyOf(OTHER);
    const head = [
      'POST /v1/orders HTTP/1.1',
      'host: x',
      `authorization: ${alice.authorization}`,
      `idempotency-key: ${randomUUID()}`,
      'content-type: application/json',
      'connection: close',
      `content-length: ${body.length}`,
    ];
    const socket = connect(Number(new URL(fixture.url).port), '127.0.0.1');
    const answer = socket.setEncoding('utf8').toArray();
    socket.write(`${head.join('\r\n')}\r\n\r\n${body.slice(0, 9)}`);
    // The pieces must arrive apart, so the gateway answers another request in between.
    await fixture.http.get('/healthz').expect(200);
    socket.write(body.slice(9));
    expect((await answer).join('')).toMatch(/^HTTP\/1.1 202 /);
    expect(placed[0]?.body.items[0]?.sku).toBe(OTHER);
  });

  it('leaves requests with other errors to Fastify', async () => {
    expect((await order('no JSON')).status).toBe(400);
    expect((await order(Buffer.from(bodyOf(GONE).replace('card', 'c\xff'), 'latin1'))).status).toBe(400);
    expect((await order(bodyOf(GONE), { authorization: 'Bearer unknown' })).status).toBe(401);
    expect((await order(bodyOf(GONE), { 'content-type': 'text/plain' })).status).toBe(415);
    expect((await order(bodyOf(GONE), { 'idempotency-key': 'two words' })).status).toBe(400);
    expect((await order(bodyOf(GONE), await fixture.as('root', 'admin'))).status).toBe(403);
  });

  it('matches every spelling of the path', async () => {
    const framework = vi.spyOn(SoldOutGate.prototype, 'assertAvailable');
    const { hostname, port } = new URL(fixture.url);
    for (const path of ['/%761/orders', 'http://x/v1/orders', 'http://x/v1/%6frders?a=b']) {
      const headers = { ...alice, 'idempotency-key': randomUUID(), 'content-type': 'application/json' };
      const sent = send({ hostname, port, path, method: 'POST', headers });
      sent.end(bodyOf(GONE));
      const [response] = (await once(sent, 'response')) as [IncomingMessage];
      response.resume();
      expect([path, response.statusCode]).toEqual([path, 409]);
    }
    expect(framework).not.toHaveBeenCalled();
    framework.mockRestore();
  });

  it('counts refusals for the rate limit of the customer', async () => {
    const limited = await startGateway(fixture.nats, { RATE_LIMIT: '5' });
    await fixture.services.state(stockDepleted, [{ sku: GONE, available: 0 }]);
    const refuse = (as: Record<string, string>): Promise<number> =>
      fetch(`${limited.url}/v1/orders`, {
        method: 'POST',
        headers: { ...as, 'idempotency-key': randomUUID(), 'content-type': 'application/json' },
        body: bodyOf(GONE),
      }).then(({ status }) => status);
    const bob = await fixture.as('bob');
    // Waits as another customer, because every attempt counts, also a refused one.
    await expect.poll(() => refuse(bob), { timeout: 20_000, interval: 500 }).toBe(409);
    const statuses = await Promise.all(Array.from({ length: 20 }, () => refuse(alice)));
    expect(new Set(statuses)).toEqual(new Set([409, 429]));
    await limited.app.close();
  });
});
