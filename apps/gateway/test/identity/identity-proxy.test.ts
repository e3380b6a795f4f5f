import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startFixture, type Fixture } from '../support/fixture.js';

type Handle = (request: IncomingMessage, response: ServerResponse) => void;

describe('requests below /id/', () => {
  let fixture: Fixture;
  let identity: Server;
  let received: { request: IncomingMessage; body: string }[];
  let handle: Handle;

  beforeAll(async () => {
    identity = createServer((request, response) => {
      void (async () => {
        received.push({ request, body: await text(request) });
        handle(request, response);
      })();
    });
    await new Promise<void>((resolve) => identity.listen(0, '127.0.0.1', resolve));
    const { port } = identity.address() as AddressInfo;
    // The first replica does not run.
    fixture = await startFixture({ IDENTITY_URL: `http://127.0.0.1:9,http://127.0.0.1:${port}` });
  });
  afterAll(async () => {
    await fixture.stop();
    identity.closeAllConnections();
    identity.close();
  });
  beforeEach(() => {
    received = [];
    handle = (_request, response) => response.end('identity');
  });

  const lastRequest = () => {
    const last = received.at(-1);
    if (!last) throw new Error('nothing was received');
    return last;
  };

  it('reach a replica that runs, with their query and cookies, whichever turn it is', async () => {
    for (let turn = 0; turn < 4; turn += 1) {
      await fixture.http.get('/id/auth?client_id=a%20b').set('cookie', 'session=1').expect(200, 'identity');
      expect(lastRequest().request).toMatchObject({
        url: '/id/auth?client_id=a%20b',
        headers: { cookie: 'session=1' },
      });
    }
  });

  it('carry a form as it was sent, and its redirect and cookies come back', async () => {
    handle = (_request, response) =>
      response
        .writeHead(303, {
          location: '/callback?code=1',
          'set-cookie': ['a=1', 'b=2'],
          'referrer-policy': 'same-origin',
        })
        .end();
    const response = await fixture.http
      .post('/id/interaction/x')
      .type('form')
      .send('email=a%40b&password=%F0%9F%9A%AA');
    expect(response.status).toBe(303);
    expect(response.headers['location']).toBe('/callback?code=1');
    expect(response.headers['set-cookie']).toEqual(['a=1', 'b=2']);
    expect(response.headers['referrer-policy']).toBe('same-origin');
    expect(response.headers['traceparent']).toMatch(/^00-/);
    expect(response.headers['strict-transport-security']).toMatch(/max-age/);
    expect(lastRequest().body).toBe('email=a%40b&password=%F0%9F%9A%AA');
    expect(lastRequest().request.headers['content-type']).toBe('application/x-www-form-urlencoded');
  });

  it('say who the client is by what the gateway saw, not by what the client said', async () => {
    await fixture.http
      .get('/id/auth')
      .set('x-forwarded-for', '1.2.3.4')
      .set('x-forwarded-host', 'evil.example')
      .set('x-forwarded-proto', 'https')
      .set('x-forwarded-prefix', '/evil')
      .set('forwarded', 'for=1.2.3.4')
      .set('x-real-ip', '1.2.3.4')
      .expect(200);
    const { headers } = lastRequest().request;
    expect(headers['x-forwarded-for']).toBe('127.0.0.1');
    expect(headers['x-forwarded-proto']).toBe('http');
    expect(headers['x-forwarded-host']).toBe(new URL(fixture.url).host);
    expect(headers).not.toHaveProperty('x-forwarded-prefix');
    expect(headers).not.toHaveProperty('forwarded');
    expect(headers).not.toHaveProperty('x-real-ip');
  });

  it('lose the headers of their connection, in both directions', async () => {
    handle = (_request, response) =>
      response.writeHead(200, { connection: 'x-inner, keep-alive', 'x-inner': '1', 'x-outer': '2' }).end();
    const raw = await exchange(
      new URL(fixture.url),
      'GET /id/x HTTP/1.1\r\nhost: a\r\nconnection: close, x-own\r\nx-own: 1\r\nte: trailers\r\nproxy-authorization: x\r\n\r\n',
    );
    const { headers } = lastRequest().request;
    for (const name of ['x-own', 'te', 'proxy-authorization']) expect(headers).not.toHaveProperty(name);
    expect(raw).toContain('x-outer: 2');
    expect(raw).not.toContain('x-inner');
  });

  it('stay below /id/ in every spelling, and have a method of the list', async () => {
    for (const target of ['/%69d/jwks', 'http://a/id/jwks', '/id', '/idx/jwks']) {
      const raw = await exchange(
        new URL(fixture.url),
        `GET ${target} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n`,
      );
      expect(raw).toMatch(/^HTTP\/1\.1 404 /);
    }
    await fixture.http.put('/id/jwks').expect(405);
    expect(received).toEqual([]);
  });

  it('have a short body', async () => {
    const { body } = await fixture.http
      .post('/id/token')
      .type('form')
      .send(`a=${'x'.repeat(16 * 1_024)}`)
      .expect(413);
    expect(body).toMatchObject({ code: 'PAYLOAD_TOO_LARGE', detail: expect.stringContaining('16 KiB') });
    expect(received).toEqual([]);
  });

  it('are answered with 503 when identity breaks off, and a form is not sent twice', async () => {
    handle = (request) => request.socket.destroy();
    const { body } = await fixture.http.post('/id/token').type('form').send('a=1').expect(503);
    expect(body.code).toBe('SERVICE_UNAVAILABLE');
    expect(received).toHaveLength(1);
  });

  it('stream: the first part arrives before the last one was sent', async () => {
    let end: (() => void) | undefined;
    handle = (_request, response) => {
      response.write('first');
      end = () => void response.end('last');
    };
    const response = await fetch(`${fixture.url}/id/x`);
    const reader = response.body?.getReader();
    expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toBe('first');
    end?.();
    expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toBe('last');
  });

  it('end at identity when the client has gone', async () => {
    let isClosed = false;
    handle = (_request, response) => {
      response.once('close', () => {
        isClosed = true;
      });
      response.write('first');
    };
    const abort = new AbortController();
    await fetch(`${fixture.url}/id/x`, { signal: abort.signal });
    abort.abort();
    await expect.poll(() => isClosed, { timeout: 5_000 }).toBe(true);
  });

  it('leave other routes as they are: a form is no body for them', async () => {
    await fixture.http.post('/v1/orders').type('form').send('a=1').expect(415);
  });
});

it('without identity there are no accounts', async () => {
  const fixture = await startFixture();
  await fixture.http.get('/id/.well-known/openid-configuration').expect(404);
  await fixture.stop();
});

/** Sends text, and reads until the connection ends. */
async function exchange({ hostname, port }: URL, request: string): Promise<string> {
  const socket = connect({ host: hostname, port: Number(port) });
  socket.write(request);
  return text(socket);
}
