import { eventually } from '@doorbuster/embedded/testing';
import { productChanged } from '@doorbuster/contracts';
import { afterEach, expect, it } from 'vitest';
import { newProduct, startCatalog, type CatalogUnderTest } from '../catalog-under-test.js';

let catalog: CatalogUnderTest;
afterEach(() => catalog.stop());

const SKUS = Array.from({ length: 250 }, (_, i) => `A-${i}`);

async function stocked(): Promise<void> {
  catalog = await startCatalog();
  await knownStream();
  expect(catalog.received).toEqual([]);
  // Not all at once: on a busy machine the last would wait too long for a database connection.
  for (let i = 0; i < SKUS.length; i += 50) {
    await catalog.create(...SKUS.slice(i, i + 50).map((sku) => newProduct(sku)));
  }
  await catalog.change('A-7', { name: 'Seventh' });
  await catalog.states('A-7', 2);
}

/** The stream that has all products, according to catalog. */
const knownStream = (): Promise<string> =>
  eventually(
    async () =>
      (await catalog.query<{ created: string }>('select created from announced_stream'))[0]?.created,
    'a stream that knows all products',
  );

const anotherStream = (than: string): Promise<string> =>
  eventually(async () => {
    const created = await knownStream();
    return created === than ? undefined : created;
  }, 'the new stream to know all products');

const stopService = (): Promise<void> => catalog.stopReplica();

async function loseStorage(): Promise<void> {
  await catalog.environment.nats.kill();
  catalog.environment.nats.wipe();
  await catalog.environment.nats.start();
}

async function expectAllRepublished(): Promise<void> {
  const events = await eventually(async () => {
    const stored = await catalog.stored();
    return new Set(stored.map(({ subject }) => subject)).size === SKUS.length ? stored : undefined;
  }, 'all products in the stream');
  expect(new Set(events.map(({ type }) => type))).toEqual(new Set([productChanged.type]));
  const stateOf = (sku: string): unknown => events.find(({ subject }) => subject === sku)?.data;
  expect(stateOf('A-7')).toEqual({ ...newProduct('A-7', { name: 'Seventh' }), version: 2, images: [] });
  expect(stateOf('A-8')).toEqual({ ...newProduct('A-8'), version: 1, images: [] });
}

it('all products are republished after the broker has lost its storage', async () => {
  await stocked();
  await loseStorage();
  await expectAllRepublished();
});

it('a service that was down republishes at its start, and only once', async () => {
  await stocked();
  const stream = await knownStream();
  await stopService();
  await loseStorage();
  await catalog.addReplica();
  await expectAllRepublished();
  await anotherStream(stream);
  const { length } = await catalog.stored();
  await stopService();
  await catalog.addReplica();
  await catalog.create(newProduct('LAST'));
  await catalog.states('LAST', 1);
  expect(await catalog.stored()).toHaveLength(length + 1);
});
