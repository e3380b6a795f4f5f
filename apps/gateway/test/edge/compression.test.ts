import { once } from 'node:events';
import { request, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { accept, listProducts } from '@doorbuster/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodingFor } from '../../src/edge/compression.js';
import { aProduct, PLACE_ORDER } from '../support/examples.js';
import { startFixture, type Fixture } from '../support/fixture.js';

const decode = { br: brotliDecompressSync, gzip: gunzipSync };

describe('a response', () => {
  let fixture: Fixture;
  let products = 100;
  beforeAll(async () => {
    fixture = await startFixture();
    await fixture.services.answer(listProducts, () =>
      accept({
        items: Array.from({ length: products }, (_, i) => aProduct({ sku: `S-${i}` })),
        nextCursor: null,
      }),
    );
  });
  afterAll(() => fixture.stop());

  interface Answer {
    status: number | undefined;
    headers: IncomingHttpHeaders;
    bytes: Buffer;
  }
  const ask = async (path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> => {
    const { hostname, port } = new URL(fixture.url);
    const sent = request({ hostname, port, path, method, headers }).end();
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    return { status: response.statusCode, headers: response.headers, bytes: await buffer(response) };
  };

  it.each(['/v1/products', '/openapi.json'])(
    'of %s is compressed for clients that accept it',
    async (path) => {
      const plain = await ask(path);
      expect(plain.headers).toMatchObject({ vary: 'accept-encoding' });
      expect(plain.headers['content-encoding']).toBeUndefined();
      const tags = new Set([plain.headers.etag]);
      for (const encoding of ['br', 'gzip'] as const) {
        const { headers, bytes } = await ask(path, { 'accept-encoding': encoding });
        expect(headers).toMatchObject({
          'content-encoding': encoding,
          'content-length': String(bytes.length),
          vary: 'accept-encoding',
          'content-type': plain.headers['content-type'],
        });
        expect(bytes.length).toBeLessThan(plain.bytes.length / 2);
        expect(decode[encoding](bytes)).toEqual(plain.bytes);
        tags.add(headers.etag);
        const head = await ask(path, { 'accept-encoding': encoding }, 'HEAD');
        expect(head.status).toBe(200);
        expect(head.bytes).toHaveLength(0);
        expect(head.headers).toMatchObject({
          'content-encoding': encoding,
          'content-length': String(bytes.length),
        });
      }
      expect(tags.size).toBe(path === '/openapi.json' ? 3 : 1);
    },
  );

  it('of the document is 304 in the same encoding, and 200 in another', async () => {
    const { headers } = await ask('/openapi.json', { 'accept-encoding': 'gzip' });
    const known = { 'if-none-match': headers.etag ?? '' };
    const again = await ask('/openapi.json', { ...known, 'accept-encoding': 'gzip' });
    expect([again.status, again.bytes.length, again.headers.vary]).toEqual([304, 0, 'accept-encoding']);
    expect((await ask('/openapi.json', { ...known, 'accept-encoding': 'br' })).status).toBe(200);
  });

  it('that is short, an error or not a list is not compressed', async () => {
    products = 1;
    const header = { 'accept-encoding': 'gzip, br' };
    expect((await ask('/v1/products', header)).headers['content-encoding']).toBeUndefined();
    expect((await ask('/v1/products?limit=x', header)).headers['content-encoding']).toBeUndefined();
    const order = await fetch(`${fixture.url}/v1/orders`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(PLACE_ORDER),
    });
    expect(order.headers.get('content-encoding')).toBeNull();
  });
});

describe('the encoding', () => {
  it.each([
    ['gzip, deflate, br, zstd', 'br'],
    ['gzip', 'gzip'],
    ['GZIP;q=0.5, br;q=0.1', 'gzip'],
    ['br;q=0, gzip;q=0', undefined],
    ['*', 'br'],
    ['*;q=0', undefined],
    ['br;q=0, *', 'gzip'],
    ['identity', undefined],
    ['br;q=nonsense', undefined],
    ['', undefined],
    [undefined, undefined],
  ])('for %s is %s', (header, encoding) => {
    expect(encodingFor(header)).toBe(encoding);
  });
});
