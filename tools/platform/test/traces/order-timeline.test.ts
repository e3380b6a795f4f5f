import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { serve, type Served } from './served.js';

/** As little of the gateway as the timeline needs. */
describe('the timeline of an order', () => {
  let gateway: Server;
  let url: string;
  let tokens: string[];
  let validToken: string;
  let answer: { status: number; body: object };
  let served: Served;
  const orderId = randomUUID();
  const entry = {
    at: '2026-01-01T00:00:00.000Z',
    saga: 'checkout',
    sagaId: orderId,
    step: 'reserve-stock',
    transition: 'SENT',
    attempt: 1,
    reason: null,
    traceId: 'abc',
  };

  beforeEach(async () => {
    tokens = [];
    validToken = 'token-1';
    answer = { status: 200, body: { orderId, items: [entry], nextCursor: null } };
    gateway = createServer((request, response) => {
      void (async () => {
        if (request.url === '/v1/auth/token') {
          expect(JSON.parse(await text(request))).toMatchObject({ role: 'admin' });
          tokens.push(`token-${tokens.length + 1}`);
          response.end(JSON.stringify({ accessToken: tokens.at(-1), tokenType: 'Bearer', expiresIn: 3_600 }));
          return;
        }
        const allowed = request.headers.authorization === `Bearer ${validToken}`;
        const { status, body } = allowed ? answer : { status: 401, body: {} };
        response.writeHead(status).end(JSON.stringify(body));
      })();
    });
    await once(gateway.listen(0, '127.0.0.1'), 'listening');
    url = `http://127.0.0.1:${(gateway.address() as AddressInfo).port}`;
    served = await serve({ gateway: { url, issuesTokens: true } });
  });
  afterEach(async () => {
    await served.close();
    gateway.closeAllConnections();
    gateway.close();
    expect(served.defects).toEqual([]);
  });
  const read = async (id: string = orderId, from = served): Promise<[number, object]> => {
    const response = await fetch(`${from.url}/api/orders/${id}/timeline`);
    return [response.status, (await response.json()) as object];
  };

  it('is read from the gateway as an administrator, with one token', async () => {
    for (let turn = 0; turn < 3; turn += 1) expect(await read()).toEqual([200, answer.body]);
    expect(tokens).toEqual(['token-1']);
  });

  it('is read with a new token when the old one is refused', async () => {
    await read();
    validToken = 'token-2';
    expect(await read()).toEqual([200, answer.body]);
    expect(tokens).toEqual(['token-1', 'token-2']);
  });

  it('says why there is none', async () => {
    expect(await read('nonsense')).toMatchObject([400, { code: 'BAD_ORDER_ID' }]);
    answer = { status: 404, body: {} };
    expect(await read()).toMatchObject([404, { code: 'UNKNOWN_ORDER' }]);
    answer = { status: 200, body: { unexpected: true } };
    expect(await read()).toMatchObject([502, { code: 'GATEWAY_FAILED' }]);
    gateway.closeAllConnections();
    gateway.close();
    expect(await read()).toMatchObject([502, { code: 'GATEWAY_UNREACHABLE' }]);
  });

  it('is absent when the gateway issues no tokens', async () => {
    const without = await serve({ gateway: { url, issuesTokens: false } });
    expect(await read(orderId, without)).toMatchObject([
      404,
      { code: 'NO_TIMELINE', detail: expect.stringContaining('AUTH_JWKS_URL') },
    ]);
    await without.close();
  });
});
