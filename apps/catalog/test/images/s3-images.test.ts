import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { valueOf } from '@doorbuster/service/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { newProduct, startCatalog, type CatalogUnderTest } from '../catalog-under-test.js';
import { picture, read, upload } from './images-under-test.js';

/** Keeps what is put, by path. */
const objects = new Map<string, Buffer>();
let server: Server;
let catalog: CatalogUnderTest;
beforeAll(async () => {
  server = createServer((request, response) => {
    void (async () => {
      const path = new URL(request.url ?? '', 'http://s3').pathname;
      const bytes = await buffer(request);
      if (request.method === 'PUT') objects.set(path, bytes);
      const found = objects.get(path);
      if (found) response.writeHead(200).end(request.method === 'GET' ? found : undefined);
      else response.writeHead(404).end('<Error><Code>NoSuchKey</Code></Error>');
    })();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  catalog = await startCatalog(1, {
    S3_ENDPOINT: `http://127.0.0.1:${port}`,
    S3_BUCKET: 'pictures',
    S3_ACCESS_KEY_ID: 'key',
    S3_SECRET_ACCESS_KEY: 'secret',
  });
});
afterAll(async () => {
  await catalog.stop();
  server.closeAllConnections();
  server.close();
});

it('with S3 the files of images are there, and not in the database', async () => {
  await catalog.create(newProduct('MUG'));
  const { images } = valueOf(await upload(catalog, 'MUG', await picture(900, 600)));
  const urls = images?.[0]?.sources.map(({ url }) => url) ?? [];
  expect(urls).toHaveLength(3);
  const keys = urls.map((url) => url.replace('/v1/images/', '/pictures/').replace('.webp', ''));
  expect([...objects.keys()].toSorted()).toEqual(keys.toSorted());
  for (const [i, url] of urls.entries()) expect(await read(catalog, url)).toEqual(objects.get(keys[i] ?? ''));
  const rows: { content: unknown }[] = await catalog.database.query('select content from image_files');
  expect(rows.map(({ content }) => content)).toEqual([null, null, null]);
});

it('an image that S3 has lost is not found', async () => {
  const [url = ''] = [...objects.keys()].map((key) => `${key.replace('/pictures/', '/v1/images/')}.webp`);
  objects.clear();
  expect(await read(catalog, url)).toBeUndefined();
});
