import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '@doorbuster/embedded/testing';
import { newProduct, startCatalog, type CatalogUnderTest } from '../catalog-under-test.js';

let catalog: CatalogUnderTest;
beforeAll(async () => {
  catalog = await startCatalog(2);
});
afterAll(() => catalog.stop());

/** Changes the row without an event, so that a read shows whether it came from the database. */
const rename = (sku: string, name: string) =>
  catalog.query('update products set name = $2 where sku = $1', [sku, name]);

const nameAt = async (replica: number, sku: string): Promise<string> =>
  (await catalog.getFrom(replica, sku)).name;

const eventuallyNamed = (replica: number, sku: string, name: string) =>
  eventually(
    async () => ((await nameAt(replica, sku)) === name ? true : undefined),
    `${sku} to be ${name} at replica ${replica}`,
  );

async function cached(sku: string): Promise<void> {
  await catalog.create(newProduct(sku, { name: 'old' }));
  await catalog.states(sku, 1);
  for (const replica of [0, 1]) {
    await eventually(async () => {
      await rename(sku, 'old');
      await nameAt(replica, sku);
      await rename(sku, 'unseen');
      return (await nameAt(replica, sku)) === 'old' ? true : undefined;
    }, 'a cached product');
  }
}

describe('the product cache', () => {
  it('reads the database once', async () => {
    await cached('CACHE-1');
    expect(await nameAt(0, 'CACHE-1')).toBe('old');
    expect(await nameAt(1, 'CACHE-1')).toBe('old');
  });

  it('follows a change of one replica at all replicas', async () => {
    await cached('CACHE-2');
    await catalog.change('CACHE-2', { name: 'new' });
    await eventuallyNamed(0, 'CACHE-2', 'new');
    await eventuallyNamed(1, 'CACHE-2', 'new');
  });

  it('is emptied after a lost connection, because events were missed', async () => {
    await cached('CACHE-3');
    await catalog.environment.nats.kill();
    await catalog.environment.nats.start();
    await eventually(() => catalog.search('x'), 'the client to be back');
    await eventuallyNamed(0, 'CACHE-3', 'unseen');
    await eventuallyNamed(1, 'CACHE-3', 'unseen');
    await cached('CACHE-4');
  });
});

it('reads succeed without Redis', async () => {
  const lonely = await startCatalog(1, { REDIS_URL: 'redis://127.0.0.1:1' });
  try {
    await lonely.create(newProduct('A'));
    const startedAt = Date.now();
    for (let i = 0; i < 20; i += 1) expect((await lonely.getFrom(0, 'A')).sku).toBe('A');
    await lonely.change('A', { name: 'new' });
    expect((await lonely.getFrom(0, 'A')).name).toBe('new');
    expect(Date.now() - startedAt).toBeLessThan(3_000);
  } finally {
    await lonely.stop();
  }
});
