import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ApiClient, ApiError, ContractError, NoAnswerError, withRetries } from '../src/index.js';

const ORDER = {
  id: '0198f000-0000-7000-8000-000000000001',
  customerId: 'ann',
  status: 'CONFIRMED',
  reason: null,
  cancelling: false,
  lines: [{ sku: 'MUG', quantity: 1, unitPrice: { amount: 999, currency: 'USD' } }],
  total: { amount: 999, currency: 'USD' },
  createdAt: '2026-01-01T00:00:00.000Z',
  updatedAt: '2026-01-01T00:00:01.000Z',
};
const SOLD_OUT = {
  type: 'urn:doorbuster:problem:out-of-stock',
  title: 'Out of stock',
  status: 409,
  detail: 'MUG is sold out.',
  instance: '/v1/orders',
  code: 'OUT_OF_STOCK',
  traceId: '0'.repeat(32),
};
const BODY = { items: [{ sku: 'MUG', quantity: 1 }], payment: { method: 'pm_card_visa' } };

const STREAM = { 'content-type': 'text/event-stream' };

describe('the API client', () => {
  let server: Server;
  let api: ApiClient;
  let requests: { line: string; headers: IncomingMessage['headers']; body: string }[];
  let answers: ((response: ServerResponse) => void)[];
  beforeEach(async () => {
    requests = [];
    answers = [];
    server = createServer((request, response) => {
      void (async () => {
        const body = await text(request);
        requests.push({ line: `${request.method} ${request.url}`, headers: request.headers, body });
        answers.shift()?.(response);
      })();
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    api = new ApiClient({ url, timeoutMs: 2_000 }).as('ann-token');
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  const json = (status: number, body: unknown, headers: Record<string, string> = {}) => {
    answers.push((response) => response.writeHead(status, headers).end(JSON.stringify(body)));
  };

  it('sends an order with its token, key and wait, and returns the parsed order with its status', async () => {
    json(201, { ...ORDER, ofANewerRelease: true }, { location: `/v1/orders/${ORDER.id}` });
    const placed = await api.placeOrder(BODY, {
      idempotencyKey: 'k',
      waitSeconds: 5,
      headers: { 'x-more': '1' },
    });
    expect(placed).toMatchObject({ status: 201, body: ORDER });
    expect(placed.body).not.toHaveProperty('ofANewerRelease');
    expect(placed.headers.get('location')).toBe(`/v1/orders/${ORDER.id}`);
    expect(requests).toMatchObject([
      {
        line: 'POST /v1/orders',
        headers: {
          authorization: 'Bearer ann-token',
          'content-type': 'application/json',
          'idempotency-key': 'k',
          prefer: 'wait=5',
          'x-more': '1',
        },
        body: JSON.stringify(BODY),
      },
    ]);
  });

  it('sends only the filters that are set', async () => {
    for (let i = 0; i < 3; i += 1) json(200, { items: [ORDER], nextCursor: 'c+1' });
    expect(await api.listOrders()).toEqual({ items: [ORDER], nextCursor: 'c+1' });
    await api.listOrders({ limit: 2, cursor: undefined });
    await api.listOrders({ status: ['PENDING', 'REJECTED'], customerId: 'a:b' });
    expect(requests.map(({ line }) => line)).toEqual([
      'GET /v1/orders',
      'GET /v1/orders?limit=2',
      'GET /v1/orders?status=PENDING&status=REJECTED&customerId=a%3Ab',
    ]);
  });

  it('throws a refusal with its problem document and Retry-After', async () => {
    json(409, SOLD_OUT, { 'retry-after': '2' });
    const refusal = await api.placeOrder(BODY, { idempotencyKey: 'k' }).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(ApiError);
    expect(refusal).toMatchObject({
      status: 409,
      code: 'OUT_OF_STOCK',
      problem: SOLD_OUT,
      retryAfterMs: 2_000,
    });
    expect((refusal as ApiError).message).toBe(
      'POST /v1/orders was answered 409 OUT_OF_STOCK: MUG is sold out.',
    );
  });

  it('throws a refusal without a problem document when something else has answered', async () => {
    answers.push((response) => response.writeHead(502).end('<html>'));
    const refusal = await api.getOrder('o').catch((error: unknown) => error);
    expect(refusal).toMatchObject({
      name: 'ApiError',
      status: 502,
      code: undefined,
      retryAfterMs: undefined,
    });
  });

  it('tells a success that does not fit the contract from a refusal', async () => {
    json(200, { ...ORDER, status: 'SHIPPED' });
    await expect(api.getOrder('o')).rejects.toThrow(ContractError);
  });

  it.each<[string, (response: ServerResponse) => void]>([
    ['a connection that breaks', (response) => response.destroy()],
    [
      'an answer that breaks off',
      (response) => response.writeHead(200, { 'content-length': '9' }).write('{', () => response.destroy()),
    ],
    ['an answer that does not come in time', () => undefined],
  ])('says that there is no answer after %s', async (_, answer) => {
    answers.push(answer);
    await expect(api.getOrder('o', { timeoutMs: 100 })).rejects.toThrow(NoAnswerError);
  });

  it('ends a call when its signal is aborted', async () => {
    answers.push(() => leaving.abort(new Error('leaving')));
    const leaving = new AbortController();
    await expect(api.getOrder('o', { signal: leaving.signal })).rejects.toThrow('leaving');
  });

  describe('the events of an order', () => {
    const event = (status: string) => ({ orderId: ORDER.id, status, reason: null, at: ORDER.createdAt });
    const statuses = async (): Promise<string[]> => {
      const heard: string[] = [];
      for await (const { status } of api.orderEvents(ORDER.id)) heard.push(status);
      return heard;
    };

    it('come as they are sent, also in pieces, until the stream ends', async () => {
      const sent = `event: status\ndata: ${JSON.stringify(event('PENDING'))}\n\n: still here\n\ndata: ${JSON.stringify(event('CONFIRMED'))}\n\n`;
      answers.push((response) => {
        response.writeHead(200, STREAM);
        response.write(sent.slice(0, 40));
        setTimeout(() => response.end(sent.slice(40)), 50);
      });
      expect(await statuses()).toEqual(['PENDING', 'CONFIRMED']);
    });

    it('are refused like any call, and say when the stream breaks', async () => {
      json(404, { ...SOLD_OUT, code: 'ORDER_NOT_FOUND' });
      await expect(statuses()).rejects.toMatchObject({ status: 404, code: 'ORDER_NOT_FOUND' });
      answers.push((response) => response.writeHead(200, STREAM).write('data: {', () => response.destroy()));
      await expect(statuses()).rejects.toThrow(NoAnswerError);
    });

    it('must be an event stream', async () => {
      json(200, {});
      await expect(statuses()).rejects.toThrow(ContractError);
    });

    it('close their connection when the reader leaves', async () => {
      const closed = new Promise((resolve) => {
        answers.push((response) => {
          response.once('close', resolve);
          response.writeHead(200, STREAM).write(`data: ${JSON.stringify(event('PENDING'))}\n\n`);
        });
      });
      for await (const { status } of api.orderEvents(ORDER.id)) {
        expect(status).toBe('PENDING');
        break;
      }
      await closed;
    });
  });

  describe('retries', () => {
    it('come after 429, 5xx and no answer, not before Retry-After', async () => {
      json(429, {}, { 'retry-after': '1' });
      answers.push((response) => response.destroy());
      json(500, {});
      json(200, ORDER);
      const begun = performance.now();
      expect(await withRetries(() => api.getOrder('o'), { withinMs: 10_000 })).toEqual(ORDER);
      expect(requests).toHaveLength(4);
      expect(performance.now() - begun).toBeGreaterThan(1_000);
    });

    it('end with a refusal that stays, and with the time', async () => {
      json(409, SOLD_OUT);
      const call = () => api.getOrder('o');
      await expect(withRetries(call, { withinMs: 10_000 })).rejects.toMatchObject({ status: 409 });
      for (let i = 0; i < 9; i += 1) json(503, {});
      await expect(withRetries(call, { withinMs: 300 })).rejects.toMatchObject({ status: 503 });
      expect(requests.length).toBeLessThan(6);
    });
  });
});
