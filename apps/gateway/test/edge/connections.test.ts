import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { accept, getOrder, getStockLevels, listProducts } from '@doorbuster/contracts';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { anOrder, aProduct, ORDER_ID } from '../support/examples.js';
import { startFixture, type Fixture } from '../support/fixture.js';

const GET = (path: string): string => `GET ${path} HTTP/1.1\r\nhost: x\r\n\r\n`;

describe('a connection', () => {
  let fixture: Fixture;
  let sockets: Socket[];
  const start = async (env: Record<string, string> = {}): Promise<void> => {
    sockets = [];
    fixture = await startFixture(env);
  };
  afterEach(async () => {
    for (const socket of sockets) socket.destroy();
    await fixture.stop();
  });
  const open = async (): Promise<Socket> => {
    const socket = connect(Number(new URL(fixture.url).port), '127.0.0.1').on('error', () => undefined);
    sockets.push(socket);
    await once(socket, 'connect');
    return socket;
  };
  it('that sends requests and never reads uses bounded memory', async () => {
    await start({ RATE_LIMIT: 'off' });
    const product = aProduct({ description: 'x'.repeat(9_000) });
    await fixture.services.answer(listProducts, () =>
      accept({
        items: Array.from({ length: 100 }, (_, i) => ({ ...product, sku: `S-${i}` })),
        nextCursor: null,
      }),
    );
    await fixture.services.answer(getStockLevels, () => accept([]));
    const asked: ServerResponse[] = [];
    fixture.app
      .getHttpServer()
      .prependListener('request', (_: IncomingMessage, response: ServerResponse) => asked.push(response));
    const unsent = new Set<Socket>();
    fixture.app.getHttpServer().on('connection', (socket: Socket) => unsent.add(socket));
    for (let i = 0; i < 12; i += 1) {
      const socket = await open();
      socket.pause();
      socket.write(GET(i % 2 === 0 ? '/openapi.json' : '/v1/products?limit=100').repeat(30));
    }
    const heldBytes = (): number =>
      [...unsent].reduce((sum, { writableLength }) => sum + writableLength, 0) +
      asked.reduce((sum, { socket, writableLength }) => sum + (socket ? 0 : writableLength), 0);
    await vi.waitUntil(() => asked.length === 12 * 30, { timeout: 10_000 });
    // Until the network buffers are full and data stays unsent.
    await vi.waitUntil(() => heldBytes() > 0, { timeout: 15_000 });
    let before = -1;
    while (heldBytes() !== before) {
      before = heldBytes();
      await sleep(1_000);
    }
    // One list of a megabyte for each of six connections, after those in the system's buffers. Without the bound
    // there would be thirty for each.
    const lists = asked.filter(({ req, writableEnded }) => writableEnded && req.url?.startsWith('/v1'));
    expect(lists.length).toBeLessThanOrEqual(6 * 12);
    expect(before).toBeLessThan(10 * 1024 * 1024);
  });

  it('that pipelines gets its answers in order', async () => {
    await start();
    const socket = await open();
    let text = '';
    socket.setEncoding('utf8').on('data', (part: string) => (text += part));
    socket.write(`${GET('/healthz')}${GET('/v1/nothing')}${GET('/healthz')}`.repeat(3));
    await vi.waitUntil(() => (text.match(/HTTP\/1\.1 /g) ?? []).length === 9);
    expect([...text.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status)).toEqual([
      '200',
      '404',
      '200',
      '200',
      '404',
      '200',
      '200',
      '404',
      '200',
    ]);
  });

  it('is closed after a few dozen requests without reading an answer', async () => {
    await start();
    const socket = await open();
    socket.resume();
    socket.write(GET('/healthz').repeat(1_000));
    await once(socket, 'close');
    expect(socket.destroyed).toBe(true);
  });

  it('that has closed gets no further requests handled, and frees the limits of its customer', async () => {
    await start();
    await fixture.services.answer(getOrder, () => accept(anOrder()));
    const { authorization } = await fixture.as('alice');
    const path = `/v1/orders/${ORDER_ID}/events`;
    const watch = `GET ${path} HTTP/1.1\r\nhost: x\r\nauthorization: ${authorization}\r\n\r\n`;
    for (let i = 0; i < 20; i += 1) {
      const socket = await open();
      // The second waits for the end of the first stream, which never comes.
      socket.write(watch.repeat(2));
      await once(socket, 'data');
      socket.destroy();
    }
    const stop = new AbortController();
    await vi.waitFor(async () => {
      const stream = await fetch(`${fixture.url}${path}`, {
        headers: { authorization },
        signal: stop.signal,
      });
      expect(stream.status).toBe(200);
    });
    stop.abort();
    expect(fixture.services.requests(getOrder).length).toBe(21);
  });

  it('is refused above the maximum of its address', async () => {
    await start({ CONNECTIONS_PER_ADDRESS_MAX: '2' });
    await Promise.all([open(), open()]);
    const third = await open();
    const answer = (await third.setEncoding('utf8').toArray()).join('');
    expect(answer).toMatch(/^HTTP\/1\.1 429 Too Many Requests\r\n/);
    expect(answer).toMatch(/\r\nretry-after: 5\r\n/);
    expect(answer).toContain('"code":"TOO_MANY_CONNECTIONS"');
    sockets[0]?.destroy();
    await vi.waitUntil(async () => {
      const socket = await open();
      const first = Promise.race([once(socket, 'data'), once(socket, 'close')]);
      socket.write(GET('/healthz'));
      return String((await first)[0]).startsWith('HTTP/1.1 200');
    });
  });

  it('of a trusted proxy is not counted', async () => {
    await start({ CONNECTIONS_PER_ADDRESS_MAX: '1', TRUST_PROXY: '127.0.0.1' });
    for (const socket of await Promise.all([open(), open(), open()])) {
      socket.write(GET('/healthz'));
      expect(String((await once(socket, 'data'))[0])).toMatch(/^HTTP\/1\.1 200/);
    }
  });

  it('may have an event stream, up to twenty for a customer', async () => {
    await start();
    await fixture.services.answer(getOrder, () => accept(anOrder()));
    const stop = new AbortController();
    const stream = async (customer: string): Promise<Response> =>
      fetch(`${fixture.url}/v1/orders/${ORDER_ID}/events`, {
        headers: await fixture.as(customer),
        signal: stop.signal,
      });
    const streams = await Promise.all(Array.from({ length: 25 }, () => stream('alice')));
    const refused = streams.filter(({ status }) => status === 429);
    expect(refused).toHaveLength(5);
    expect(refused[0]?.headers.get('retry-after')).toBe('5');
    expect(await refused[0]?.json()).toMatchObject({ code: 'TOO_MANY_STREAMS' });
    expect((await stream('bob')).status).toBe(200);
    for (const { status, body } of streams) if (status === 200) await body?.cancel();
    await vi.waitFor(async () => expect((await stream('alice')).status).toBe(200));
    stop.abort();
  });
});
