import { createHash } from 'node:crypto';
import { connect } from 'node:net';
import {
  accept,
  addProductImage,
  getImage,
  IMAGE_UPLOAD_BYTES_MAX,
  putImagePart,
  refuse,
  removeProductImage,
  type ProductImage,
} from '@doorbuster/contracts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { aProduct } from './support/examples.js';
import { startFixture, type Fixture } from './support/fixture.js';

const sha256Of = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
const FILE = Buffer.from('as good as an image');
const STORED = Buffer.from('RIFF....WEBP');
const URL = `/v1/images/${sha256Of(STORED)}.webp`;
const source = { url: URL, width: 800, height: 800 };

let fixture: Fixture;
let admin: { authorization: string };
beforeAll(async () => {
  fixture = await startFixture();
  admin = await fixture.as('root', 'admin');
});
afterAll(() => fixture.stop());

describe('uploading an image', () => {
  let parts: Map<number, Buffer>;
  let arrived: Buffer;
  beforeEach(async () => {
    parts = new Map();
    await fixture.services.answer(putImagePart, ({ index, content }) => {
      parts.set(index, Buffer.from(content, 'base64'));
      return accept({});
    });
    await fixture.services.answer(addProductImage, ({ sha256, alt = 'T-shirt' }) => {
      arrived = Buffer.concat([...parts].toSorted(([a], [b]) => a - b).map(([, part]) => part));
      const image: ProductImage = { ...source, id: sha256, alt, sources: [source] };
      return accept({ ...aProduct({ images: [image] }), version: 8 });
    });
  });

  const post = (more: { query?: object; headers?: Record<string, string> } = {}) =>
    fixture.http
      .post('/v1/products/TSHIRT/images')
      .query(more.query ?? {})
      .set({ 'content-type': 'image/png', ...admin, ...more.headers });

  it('sends it to catalog and answers with the product', async () => {
    const { body, headers } = await post({ query: { alt: 'A shirt' }, headers: { 'if-match': '"7"' } })
      .send(FILE)
      .expect(201);
    expect(arrived).toEqual(FILE);
    expect(body).toMatchObject({ sku: 'TSHIRT', images: [{ ...source, alt: 'A shirt' }] });
    expect(body).not.toHaveProperty('version');
    expect(headers).toMatchObject({ location: URL, etag: '"8"' });
    expect(fixture.services.requests(addProductImage)).toMatchObject([
      {
        sku: 'TSHIRT',
        alt: 'A shirt',
        ifVersions: [7],
        sha256: sha256Of(FILE),
        actor: { customerId: 'root' },
      },
    ]);
  });

  it('accepts up to 8 MiB, in parts', async () => {
    const large = Buffer.alloc(IMAGE_UPLOAD_BYTES_MAX, 'image');
    await post().send(large).expect(201);
    expect(parts.size).toBe(16);
    expect(sha256Of(arrived)).toBe(sha256Of(large));
    const { body } = await post()
      .send(Buffer.alloc(IMAGE_UPLOAD_BYTES_MAX + 1))
      .expect(413);
    expect(body).toMatchObject({ code: 'PAYLOAD_TOO_LARGE', detail: /at most 8192 KiB/ });
  });

  it('leaves the limit and the types of other routes as they are', async () => {
    const large = Buffer.alloc(64 * 1024 + 1, ' ');
    const json = await fixture.http
      .post('/v1/products')
      .set({ ...admin, 'content-type': 'application/json' })
      .send(large.toString())
      .expect(413);
    expect(json.body).toMatchObject({ detail: /at most 64 KiB/ });
    await fixture.http
      .post('/v1/products')
      .set({ ...admin, 'content-type': 'image/png' })
      .send(FILE)
      .expect(415);
  });

  it.each(['application/json', 'image/svg+xml', 'image/gif', 'text/html', 'multipart/form-data'])(
    'refuses %s',
    async (type) => {
      const { body } = await post({ headers: { 'content-type': type } })
        .send('{}')
        .expect(415);
      expect(body).toMatchObject({
        code: 'UNSUPPORTED_MEDIA_TYPE',
        detail: /image\/png, image\/jpeg, image\/webp/,
      });
    },
  );

  it('refuses an empty body and an unknown parameter', async () => {
    expect((await post().expect(400)).body.code).toBe('VALIDATION_FAILED');
    expect(
      (
        await post({ query: { alt: 'x'.repeat(301) } })
          .send(FILE)
          .expect(400)
      ).body.errors,
    ).toMatchObject([{ path: 'alt' }]);
    await post({ query: { name: 'x' } })
      .send(FILE)
      .expect(400);
  });

  it('passes on what catalog refuses', async () => {
    await fixture.services.answer(addProductImage, () => refuse('INVALID_IMAGE', 'It is not a PNG.'));
    expect((await post().send(FILE).expect(422)).body).toMatchObject({
      code: 'INVALID_IMAGE',
      detail: 'It is not a PNG.',
    });
  });

  /** Sends the header of a large upload and none of its body. @returns the beginning of the answer */
  const answerBeforeBody = (headers: Record<string, string>): Promise<string> =>
    new Promise((resolve, reject) => {
      const socket = connect(Number(new globalThis.URL(fixture.url).port), '127.0.0.1');
      socket.on('error', reject).once('data', (data) => {
        socket.destroy();
        resolve(data.toString());
      });
      const lines = Object.entries({ host: 'x', 'content-length': '8000000', ...headers });
      socket.write(
        `POST /v1/products/TSHIRT/images HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}`).join('\r\n')}\r\n\r\n`,
      );
    });

  it('refuses strangers and customers before it reads the body', async () => {
    const customer = await fixture.as('ann');
    const type = { 'content-type': 'image/png' };
    expect(await answerBeforeBody(type)).toMatch(/^HTTP\/1.1 401 /);
    expect(await answerBeforeBody({ ...type, ...customer })).toMatch(/^HTTP\/1.1 403 /);
    expect(await answerBeforeBody({ ...admin, 'content-type': 'text/plain' })).toMatch(/^HTTP\/1.1 415 /);
  });

  it('refuses a fifth upload while four are running, and takes the next one when one has ended', async () => {
    const release = Promise.withResolvers<void>();
    const allRunning = Promise.withResolvers<void>();
    await fixture.services.answer(addProductImage, async () => {
      if (fixture.services.requests(addProductImage).length === 4) allRunning.resolve();
      await release.promise;
      return refuse('INVALID_IMAGE', 'It is not a PNG.');
    });
    const running = Promise.all(Array.from({ length: 4 }, () => post().send(FILE).expect(422)));
    await allRunning.promise;
    const fifth = await post().send(FILE).expect(503);
    expect(fifth.body.code).toBe('SERVICE_OVERLOADED');
    expect(fifth.headers['retry-after']).toBe('1');
    release.resolve();
    await running;
    await post().send(FILE).expect(422);
  });
});

describe('an address of an image', () => {
  it('has its bytes, to be cached for ever', async () => {
    await fixture.services.answer(getImage, () => accept({ content: STORED.toString('base64') }));
    const { body, headers } = await fixture.http.get(URL).buffer(true).expect(200);
    expect(body).toEqual(STORED);
    expect(headers).toMatchObject({
      'content-type': 'image/webp',
      'cache-control': 'public, max-age=31536000, immutable',
      etag: `"${sha256Of(STORED)}"`,
      'x-content-type-options': 'nosniff',
      'content-security-policy': `default-src 'none'; sandbox`,
      'cross-origin-resource-policy': 'cross-origin',
    });
    await fixture.http
      .get(URL)
      .set({ 'if-none-match': headers['etag'] ?? '' })
      .expect(304);
    await fixture.http.head(URL).expect(200);
    // Once, for all of them.
    expect(fixture.services.requests(getImage)).toEqual([{ sha256: sha256Of(STORED) }]);
  });

  it('is 404 when there is no image, and is then not cached', async () => {
    await fixture.services.answer(getImage, () => refuse('IMAGE_NOT_FOUND', 'There is no such image.'));
    for (const address of [
      `${'a'.repeat(64)}.webp`,
      `${'a'.repeat(64)}.png`,
      'a.webp',
      `${'A'.repeat(64)}.webp`,
    ]) {
      const { body, headers } = await fixture.http.get(`/v1/images/${address}`).expect(404);
      expect(body.code).toBe('IMAGE_NOT_FOUND');
      expect(headers['cache-control']).toBeUndefined();
    }
  });
});

describe('removing an image', () => {
  it('is for admins, and answers with the product', async () => {
    await fixture.services.answer(removeProductImage, () => accept({ ...aProduct(), version: 9 }));
    const path = `/v1/products/TSHIRT/images/${'b'.repeat(64)}`;
    await fixture.http.delete(path).expect(401);
    const { body, headers } = await fixture.http.delete(path).set(admin).expect(200);
    expect(body).toEqual(aProduct());
    expect(headers['etag']).toBe('"9"');
    await fixture.http.delete('/v1/products/TSHIRT/images/first').set(admin).expect(404);
  });
});
