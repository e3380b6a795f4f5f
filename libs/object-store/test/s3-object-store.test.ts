import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { collect, OBJECT_BYTES_MAX, ObjectTooLargeError } from '../src/index.js';
import { S3ObjectStore } from '../src/s3-object-store.js';

const SIGNATURE =
  /^AWS4-HMAC-SHA256 Credential=the-key\/\d{8}\/eu-north-1\/s3\/aws4_request, SignedHeaders=[\w;-]+, Signature=[0-9a-f]{64}$/;

/** The part of S3's API that the store uses. It checks that requests are signed, but not the signature. */
class StandIn {
  readonly objects = new Map<string, { bytes: Buffer; type: string | undefined }>();
  failures = 0;

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method, url = '', headers } = request;
    const bytes = await buffer(request);
    if (!SIGNATURE.test(headers.authorization ?? '') || !headers['x-amz-date']) {
      response.writeHead(403).end('<Error><Code>AccessDenied</Code></Error>');
      return;
    }
    if (this.failures > 0) {
      this.failures -= 1;
      response.writeHead(503).end('<Error><Code>SlowDown</Code></Error>');
      return;
    }
    const key = new URL(url, 'http://s3').pathname;
    const object = this.objects.get(key);
    if (method === 'PUT') {
      this.objects.set(key, { bytes, type: headers['content-type'] });
      response.writeHead(200).end();
    } else if (method === 'DELETE') {
      this.objects.delete(key);
      response.writeHead(204).end();
    } else if (object === undefined) {
      response.writeHead(404).end(method === 'HEAD' ? '' : '<Error><Code>NoSuchKey</Code></Error>');
    } else {
      response
        .writeHead(200, { 'content-length': object.bytes.length })
        .end(method === 'HEAD' ? '' : object.bytes);
    }
  }
}

let standIn: StandIn;
let server: Server;
let store: S3ObjectStore;
beforeAll(async () => {
  server = createServer((request, response) => void standIn.answer(request, response));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  store = new S3ObjectStore({
    endpoint: `http://127.0.0.1:${port}`,
    bucket: 'pictures',
    region: 'eu-north-1',
    accessKeyId: 'the-key',
    secretAccessKey: 'the secret',
  });
});
afterAll(() => {
  store.close();
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  standIn = new StandIn();
});

it('an object is put under its bucket and key, and read as it was put', async () => {
  const bytes = randomBytes(100_000);
  await store.put('abc', bytes, 'image/webp');
  expect(standIn.objects.get('/pictures/abc')).toEqual({ bytes, type: 'image/webp' });
  expect(await store.exists('abc')).toBe(true);
  const stream = await store.get('abc');
  expect(stream && (await collect('abc', stream))).toEqual(bytes);
});

it('what is not there is not there, and deleting it succeeds', async () => {
  expect(await store.get('nothing')).toBeUndefined();
  expect(await store.exists('nothing')).toBe(false);
  await store.delete('nothing');
});

it('a deleted object is gone', async () => {
  await store.put('abc', Buffer.from('bytes'), 'image/webp');
  await store.delete('abc');
  expect(standIn.objects.size).toBe(0);
});

it('a store that is busy is asked again, and then given up', async () => {
  standIn.failures = 2;
  await store.put('abc', Buffer.from('bytes'), 'image/webp');
  standIn.failures = 3;
  await expect(store.get('abc')).rejects.toThrow(/SlowDown|Unknown|503/);
});

it('an object that is too large is refused without a request', async () => {
  await expect(store.put('large', Buffer.alloc(OBJECT_BYTES_MAX + 1), 'image/webp')).rejects.toThrow(
    ObjectTooLargeError,
  );
  expect(standIn.objects.size).toBe(0);
});
