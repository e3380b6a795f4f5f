import { createHash, randomBytes } from 'node:crypto';
import { connectNats, provision } from '@doorbuster/broker';
import { IMAGE_BUCKET } from '@doorbuster/contracts';
import { startTestNats, type TestNats } from '@doorbuster/embedded/testing';
import { Objm } from '@nats-io/obj';
import type { NatsConnection } from '@nats-io/transport-node';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  collect,
  JetStreamObjectStore,
  OBJECT_BYTES_MAX,
  ObjectDamagedError,
  ObjectTooLargeError,
} from '../src/index.js';

let nats: TestNats;
let admin: NatsConnection;
let catalog: NatsConnection;
let store: JetStreamObjectStore;
beforeAll(async () => {
  nats = await startTestNats();
  const provisioner = await connectNats(nats.url('provisioner'), 'provisioner');
  await provision(provisioner, { replicas: 1 });
  await provisioner.close();
  admin = await connectNats(nats.url('admin'), 'provisioner');
  // With the permissions of the service.
  catalog = await connectNats(nats.url('catalog'), 'catalog');
  store = new JetStreamObjectStore(catalog, IMAGE_BUCKET);
});
afterAll(async () => {
  await admin.close();
  await catalog.close();
  await nats.dispose();
});

async function read(key: string) {
  const stream = await store.get(key);
  return stream && collect(key, stream);
}

it.each([0, 1, 128 * 1024, 128 * 1024 + 1, 500_000])(
  'an object of %i bytes is read as it was put',
  async (size) => {
    const bytes = randomBytes(size);
    await store.put(`size-${size}`, bytes);
    expect(await read(`size-${size}`)).toEqual(bytes);
    expect(await store.exists(`size-${size}`)).toBe(true);
  },
);

it('what is not there is not there, and deleting it succeeds', async () => {
  expect(await store.get('nothing')).toBeUndefined();
  expect(await store.exists('nothing')).toBe(false);
  await store.delete('nothing');
});

it('a deleted object is gone, and its chunks too', async () => {
  await store.put('deleted', randomBytes(300_000));
  await store.delete('deleted');
  expect(await store.get('deleted')).toBeUndefined();
  expect(await store.exists('deleted')).toBe(false);
  await store.put('deleted', Buffer.from('again'));
  expect(await read('deleted')).toEqual(Buffer.from('again'));
});

it('putting again replaces the object', async () => {
  await store.put('replaced', Buffer.from('first'));
  await store.put('replaced', Buffer.from('second'));
  expect(await read('replaced')).toEqual(Buffer.from('second'));
});

it('other clients of the object store read it', async () => {
  const bytes = randomBytes(200_000);
  await store.put('for-others', bytes);
  const bucket = await new Objm(admin).open(IMAGE_BUCKET);
  expect(Buffer.from((await bucket.getBlob('for-others')) ?? [])).toEqual(bytes);
});

it('a damaged object is an error, not other bytes', async () => {
  await store.put('damaged', Buffer.from('some bytes'));
  const bucket = await new Objm(admin).open(IMAGE_BUCKET);
  const info = await bucket.info('damaged');
  // Its digest says other bytes.
  const other = createHash('sha256').update('other bytes').digest('base64url');
  const name = `${Buffer.from('damaged').toString('base64url')}==`;
  admin.publish(
    `$O.${IMAGE_BUCKET}.M.${name}`,
    JSON.stringify({
      ...info,
      nuid: info?.nuid,
      name: 'damaged',
      bucket: IMAGE_BUCKET,
      size: 10,
      chunks: 1,
      digest: `SHA-256=${other}=`,
    }),
  );
  await admin.flush();
  await expect(read('damaged')).rejects.toThrow(ObjectDamagedError);
});

it('a chunk that is missing is an error', async () => {
  await store.put('cut', randomBytes(300_000));
  const bucket = await new Objm(admin).open(IMAGE_BUCKET);
  const info = await bucket.info('cut');
  const { jsm } = bucket as unknown as {
    jsm: { streams: { purge(stream: string, options: object): Promise<unknown> } };
  };
  await jsm.streams.purge(`OBJ_${IMAGE_BUCKET}`, { filter: `$O.${IMAGE_BUCKET}.C.${info?.nuid}`, keep: 1 });
  await expect(read('cut')).rejects.toThrow(ObjectDamagedError);
});

it('an object that is too large is refused', async () => {
  await expect(store.put('large', Buffer.alloc(OBJECT_BYTES_MAX + 1))).rejects.toThrow(ObjectTooLargeError);
});

it('a bucket that is gone has no objects', async () => {
  const gone = new JetStreamObjectStore(admin, 'gone');
  expect(await gone.get('any')).toBeUndefined();
  expect(await gone.exists('any')).toBe(false);
  await gone.delete('any');
  await expect(gone.put('any', Buffer.from('bytes'))).rejects.toThrow(/no responders|stream/i);
});
