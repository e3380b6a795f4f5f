import path from 'node:path';
import { crc32 } from 'node:zlib';
import {
  getProduct,
  IMAGE_PART_BYTES_MAX,
  PRODUCT_IMAGES_MAX,
  type VersionedProduct,
} from '@doorbuster/contracts';
import { valueOf } from '@doorbuster/service/testing';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ImageCleanupJob } from '../../src/images/image-cleanup.job.js';
import { ImageReaderService } from '../../src/images/image-reader.service.js';
import { newProduct, startCatalog, type CatalogUnderTest } from '../catalog-under-test.js';
import { picture, read, remove, sha256Of, upload } from './images-under-test.js';

let catalog: CatalogUnderTest;
beforeAll(async () => {
  catalog = await startCatalog();
});
afterAll(() => catalog.stop());

const create = (...skus: string[]) =>
  catalog.create(...skus.map((sku) => newProduct(sku, { category: 'pictured' })));
const product = async (sku: string): Promise<VersionedProduct> =>
  valueOf(await catalog.call(getProduct, { sku }));
const urlsOf = ({ images = [] }: VersionedProduct): string[] =>
  images.flatMap(({ sources }) => sources.map(({ url }) => url));

describe('an uploaded image', () => {
  it('is stored as WebP in three widths without metadata, and is in products, lists and events', async () => {
    await create('MUG');
    const file = await sharp(await picture(2_000, 1_000, 'jpeg'))
      .withExif({ IFD0: { Copyright: 'a name', ImageDescription: 'a secret place' } })
      .toBuffer();
    const added = valueOf(await upload(catalog, 'MUG', file, { alt: 'A red mug' }));
    expect(added.version).toBe(2);
    const [image] = added.images ?? [];
    expect(image).toMatchObject({ id: sha256Of(file), alt: 'A red mug', width: 800, height: 400 });
    expect(image?.sources.map(({ width, height }) => [width, height])).toEqual([
      [400, 200],
      [800, 400],
      [1_600, 800],
    ]);
    for (const { url, width, height } of image?.sources ?? []) {
      const bytes = await read(catalog, url);
      expect(url).toBe(`/v1/images/${sha256Of(bytes ?? Buffer.of())}.webp`);
      expect(await sharp(bytes).metadata()).toMatchObject({ format: 'webp', width, height });
      expect(await sharp(bytes).metadata()).not.toHaveProperty('exif');
    }
    expect(await product('MUG')).toEqual(added);
    expect((await catalog.list({ category: 'pictured' })).items[0]).toEqual(added);
    expect((await catalog.states('MUG', 2)).at(-1)?.state.images).toEqual(added.images);
  });

  it.each(['png', 'jpeg', 'webp'] as const)('may be a %s, and is not enlarged', async (format) => {
    await create(`SMALL-${format}`);
    const { images } = valueOf(await upload(catalog, `SMALL-${format}`, await picture(500, 500, format)));
    expect(images?.[0]?.sources.map(({ width }) => width)).toEqual([400, 500]);
    expect(images?.[0]).toMatchObject({ width: 500, alt: `Product SMALL-${format}` });
  });

  it('is turned the way its camera was held', async () => {
    await create('TURNED');
    const file = await sharp(await picture(600, 300, 'jpeg'))
      .withMetadata({ orientation: 6 })
      .toBuffer();
    const { images } = valueOf(await upload(catalog, 'TURNED', file));
    expect(images?.[0]).toMatchObject({ width: 300, height: 600 });
  });

  it('of more than one part arrives whole', async () => {
    await create('NOISY');
    const noise = await sharp({
      create: {
        width: 450,
        height: 450,
        channels: 3,
        background: 'black',
        noise: { type: 'gaussian', mean: 128, sigma: 60 },
      },
    })
      .png({ compressionLevel: 0 })
      .toBuffer();
    expect(noise.length).toBeGreaterThan(IMAGE_PART_BYTES_MAX);
    expect(valueOf(await upload(catalog, 'NOISY', noise)).images).toHaveLength(1);
  });

  it('changes only its text when it is uploaded again', async () => {
    await create('AGAIN');
    const file = await picture(300, 300);
    const first = valueOf(await upload(catalog, 'AGAIN', file, { alt: 'One' }));
    expect(valueOf(await upload(catalog, 'AGAIN', file))).toEqual(first);
    const second = valueOf(await upload(catalog, 'AGAIN', file, { alt: 'Two' }));
    expect(second).toMatchObject({ version: 3, images: [{ alt: 'Two' }] });
    expect(urlsOf(second)).toEqual(urlsOf(first));
  });

  it('is refused beyond the limit of a product', async () => {
    await create('FULL');
    for (let i = 0; i < PRODUCT_IMAGES_MAX; i += 1)
      valueOf(await upload(catalog, 'FULL', await picture(20, 20, 'png', 10 * i)));
    const reply = await upload(catalog, 'FULL', await picture(20, 20, 'png', 355));
    expect(reply).toMatchObject({ ok: false, error: { code: 'IMAGE_LIMIT' } });
    expect((await product('FULL')).images).toHaveLength(PRODUCT_IMAGES_MAX);
  });

  it('is refused for another version and for an unknown product', async () => {
    await create('VERSIONED');
    const file = await picture(50, 50);
    expect(await upload(catalog, 'VERSIONED', file, { ifVersions: [7] })).toMatchObject({
      error: { code: 'PRECONDITION_FAILED' },
    });
    expect(await upload(catalog, 'NO-SUCH', file)).toMatchObject({ error: { code: 'PRODUCT_NOT_FOUND' } });
  });
});

describe('a file that is no image', () => {
  const refused = async (file: Buffer): Promise<string> => {
    const reply = await upload(catalog, 'PLAIN', file);
    expect(reply).toMatchObject({ ok: false, error: { code: 'INVALID_IMAGE' } });
    return reply.ok ? '' : reply.error.detail;
  };
  beforeAll(() => create('PLAIN'));
  afterAll(async () => {
    expect(await product('PLAIN')).toMatchObject({ version: 1, images: [] });
  });

  it.each([
    ['text', Buffer.from('no image')],
    ['a drawing', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>')],
    ['a GIF', Buffer.from('R0lGODlhAQABAIAAAAUEBAAAACwAAAAAAQABAAACAkQBADs=', 'base64')],
    ['another RIFF', Buffer.from('RIFF1234WAVEfmt ')],
  ])('is refused by its bytes: %s', async (_, file) => {
    expect(await refused(file)).toBe('It is not a PNG, JPEG or WebP.');
  });

  it('is refused before it is decoded when it has too many pixels', async () => {
    // 50,000 x 50,000 pixels in a few kilobytes: decoded, it would take 10 GB.
    const bomb = await picture(8, 8);
    bomb.writeUInt32BE(50_000, 16);
    bomb.writeUInt32BE(50_000, 20);
    const header = bomb.subarray(12, 29);
    bomb.writeUInt32BE(crc32(header), 29);
    const before = process.memoryUsage().rss;
    expect(await refused(bomb)).toMatch(/^It has 50000 x 50000 pixels; at most 25 megapixels/);
    expect(process.memoryUsage().rss - before).toBeLessThan(200 * 1024 ** 2);
  });

  it('is refused when it is cut off or damaged', async () => {
    const file = await picture(400, 400, 'jpeg');
    expect(await refused(file.subarray(0, file.length / 2))).toMatch(/^It cannot be decoded: /);
    expect(await refused(Buffer.concat([file.subarray(0, 20), Buffer.alloc(200)]))).toMatch(
      /^It cannot be decoded: /,
    );
  });

  it('is refused when it did not arrive whole', async () => {
    const reply = await upload(catalog, 'PLAIN', await picture(9, 9), { sha256: 'a'.repeat(64) });
    expect(reply).toMatchObject({ error: { code: 'INVALID_IMAGE', detail: /did not arrive whole/ } });
  });
});

describe('a removed image', () => {
  it('is in no product, event or address any more', async () => {
    await create('REMOVED');
    const file = await picture(350, 350);
    const added = valueOf(await upload(catalog, 'REMOVED', file));
    const removed = valueOf(await remove(catalog, 'REMOVED', sha256Of(file)));
    expect(removed).toMatchObject({ version: 3, images: [] });
    expect((await catalog.states('REMOVED', 3)).at(-1)?.state.images).toEqual([]);
    for (const url of urlsOf(added)) expect(await read(catalog, url)).toBeUndefined();
    expect(await remove(catalog, 'REMOVED', sha256Of(file))).toMatchObject({
      error: { code: 'IMAGE_NOT_FOUND' },
    });
  });

  it('stays where another product shows it', async () => {
    await create('SHARED-A', 'SHARED-B');
    const file = await picture(360, 360);
    const added = valueOf(await upload(catalog, 'SHARED-A', file));
    valueOf(await upload(catalog, 'SHARED-B', file));
    valueOf(await remove(catalog, 'SHARED-A', sha256Of(file)));
    for (const url of urlsOf(added)) expect(await read(catalog, url)).toBeDefined();
    valueOf(await remove(catalog, 'SHARED-B', sha256Of(file)));
    for (const url of urlsOf(added)) expect(await read(catalog, url)).toBeUndefined();
  });

  it('leaves the stores after some minutes, unless it was uploaded again', async () => {
    await create('CLEANED');
    const [file, other] = [await picture(370, 370), await picture(380, 380)];
    const gone: string[] = [];
    for (const each of [file, other]) {
      const [url = ''] = urlsOf(valueOf(await upload(catalog, 'CLEANED', each)));
      const bytes = await read(catalog, url); // It is in the object store now, too.
      if (each === file) gone.push(sha256Of(bytes ?? Buffer.of()));
      valueOf(await remove(catalog, 'CLEANED', sha256Of(each)));
    }
    await catalog.database.query(`update image_files set unused_since = unused_since - interval '1 hour'`);
    const again = valueOf(await upload(catalog, 'CLEANED', other));
    const count = async (): Promise<number> =>
      (await catalog.database.query('select from image_files')).length;
    const before = await count();
    await catalog.replica(0).get(ImageCleanupJob).sweep();
    expect(await count()).toBeLessThan(before);
    for (const url of urlsOf(again)) expect(await read(catalog, url)).toBeDefined();
    const files: { sha256: string }[] = await catalog.database.query('select sha256 from image_files');
    expect(files.map((each) => each.sha256).filter((sha256) => gone.includes(sha256))).toEqual([]);
  });
});

it('parts of an upload that was not finished are deleted after some minutes', async () => {
  await upload(catalog, 'NO-SUCH', await picture(30, 30));
  const parts = (): Promise<unknown[]> => catalog.database.query('select from image_upload_parts');
  await catalog.replica(0).get(ImageCleanupJob).sweep();
  expect(await parts()).not.toHaveLength(0);
  await catalog.database.query(`update image_upload_parts set created_at = created_at - interval '1 hour'`);
  await catalog.replica(0).get(ImageCleanupJob).sweep();
  expect(await parts()).toHaveLength(0);
});

it('images are there after the broker has lost its storage', async () => {
  await create('WIPED');
  const urls = urlsOf(valueOf(await upload(catalog, 'WIPED', await picture(900, 900))));
  const before = await Promise.all(urls.map((url) => read(catalog, url)));
  const { nats } = catalog.environment;
  await nats.kill();
  nats.wipe();
  await nats.start();
  // Without an RPC, which could be lost with the connection.
  const reader = catalog.replica(0).get(ImageReaderService);
  const hashes = urls.map((url) => path.basename(url, '.webp'));
  const after = await Promise.all(hashes.map(async (hash) => valueOf(await reader.read(hash))));
  expect(after.map(({ content }) => Buffer.from(content, 'base64'))).toEqual(before);
});
