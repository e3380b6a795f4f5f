import { brotliDecompressSync } from 'node:zlib';
import { request, type IncomingMessage } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startFixture, type Fixture } from './support/fixture.js';

const BROWSER = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };

describe('the pages of the shop', () => {
  let fixture: Fixture;
  beforeAll(async () => {
    fixture = await startFixture();
  });
  afterAll(() => fixture.stop());

  const page = (path: string, headers: Record<string, string> = BROWSER, method = 'GET'): Promise<Response> =>
    fetch(fixture.url + path, { method, headers });

  it.each(['/', '/products/A.B-1', '/sales/x?y=1', '/orders', '/callback?code=1', '/no/such/page'])(
    'are one file, which the browser asks for each time: %s',
    async (path) => {
      const response = await page(path);
      expect(response.status).toBe(200);
      expect(await response.text()).toContain('<div id="root">');
      expect(Object.fromEntries(response.headers)).toMatchObject({
        'content-type': 'text/html; charset=utf-8',
        'cache-control': 'no-cache',
        vary: 'accept, accept-encoding',
        etag: expect.stringMatching(/^W\//),
      });
    },
  );

  it('may load their own files only', async () => {
    const policy = (await page('/')).headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toMatch(/unsafe|https?:|\*|data:/);
  });

  it('are not sent again to a browser that has them', async () => {
    const first = await raw('/', BROWSER);
    const again = await raw('/cart', { ...BROWSER, 'if-none-match': first.headers.etag ?? '' });
    expect([first.status, again.status, again.body.length]).toEqual([200, 304, 0]);
  });

  it('are answered to HEAD without a body', async () => {
    const response = await page('/', BROWSER, 'HEAD');
    expect([response.status, await response.text()]).toEqual([200, '']);
  });

  it('name files that never change, which are compressed on disk', async () => {
    const [, script = ''] = /src="(\/assets\/[^"]+\.js)"/.exec(await (await page('/')).text()) ?? [];
    const { headers, body } = await raw(script, { 'accept-encoding': 'gzip, br' });
    expect(headers).toMatchObject({
      'cache-control': 'public, max-age=31536000, immutable',
      'content-encoding': 'br',
      'content-type': expect.stringContaining('javascript'),
      vary: 'accept-encoding',
    });
    const plain = await page(script, { 'accept-encoding': 'identity' });
    expect(brotliDecompressSync(body).toString()).toBe(await plain.text());
  });

  it.each([
    ['/', { accept: 'application/json' }],
    ['/orders', { accept: '*/*' }],
    ['/v1', BROWSER],
    ['/v1/nothing', BROWSER],
    ['/docs/nothing', BROWSER],
    ['/id/nothing', BROWSER],
    ['/assets/nothing.js', BROWSER],
    ['/assets/../package.json', BROWSER],
    ['/favicon.ico', BROWSER],
  ])('are not at %s for %o', async (path, headers) => {
    const response = await page(path, headers);
    expect([response.status, response.headers.get('content-type')]).toEqual([
      404,
      'application/problem+json; charset=utf-8',
    ]);
    expect(await response.json()).toMatchObject({ code: 'NOT_FOUND' });
  });

  it('are not there for other methods', async () => {
    expect((await page('/cart', BROWSER, 'POST')).status).toBe(404);
  });

  /** Without what `fetch` adds: it decompresses, and forbids 304 to a request with `If-None-Match`. */
  async function raw(path: string, headers: Record<string, string>) {
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      request(fixture.url + path, { headers }, resolve)
        .once('error', reject)
        .end();
    });
    return { status: response.statusCode, headers: response.headers, body: await buffer(response) };
  }
});
