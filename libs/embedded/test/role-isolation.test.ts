import { SERVICES } from '@doorbuster/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withClient } from '../src/postgres/client.js';
import { prepareDatabase } from '../src/index.js';
import { createTestDatabase, type TestDatabase } from '../src/testing.js';

describe('the role of a service', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase();
    for (const service of SERVICES) {
      await run(service, `create table secrets (id int); insert into secrets values (1)`);
    }
  });
  afterAll(() => database.drop());

  const run = (service: (typeof SERVICES)[number], sql: string): Promise<unknown[]> =>
    withClient(database.url(service), async (client) => (await client.query(sql)).rows);

  it('has a schema of its own, which its tables are made in', async () => {
    expect(
      await run('orders', `select schemaname from pg_tables where tablename = 'secrets'`),
    ).toContainEqual({
      schemaname: 'orders',
    });
    expect(await run('orders', 'select id from secrets')).toEqual([{ id: 1 }]);
  });

  const others = SERVICES.flatMap((service) =>
    SERVICES.filter((other) => other !== service).map((other) => [service, other] as const),
  );
  it.each(others)('%s is denied the schema of %s', async (service, other) => {
    await expect(run(service, `select id from ${other}.secrets`)).rejects.toThrow(/permission denied/);
    await expect(run(service, `create table ${other}.mine (id int)`)).rejects.toThrow(/permission denied/);
  });

  it('can make nothing outside its schema, nor reach a database that is no service’s', async () => {
    await expect(run('orders', 'create table public.mine (id int)')).rejects.toThrow(/permission denied/);
    await expect(run('orders', 'create schema mine')).rejects.toThrow(/permission denied/);
    await expect(run('orders', 'set role payments')).rejects.toThrow(/permission denied/);
    const elsewhere = new URL(database.url('orders'));
    elsewhere.pathname = '/postgres';
    await expect(withClient(elsewhere.href, async () => undefined)).rejects.toThrow(/rejects connection/);
  });

  it('finds trigram search in the catalog only', async () => {
    expect(await run('catalog', `select similarity('door', 'doors') > 0.5 as similar`)).toEqual([
      { similar: true },
    ]);
    await run('catalog', 'create table words (w text); create index on words using gin (w gin_trgm_ops)');
    await expect(run('payments', `select similarity('door', 'doors')`)).rejects.toThrow(/does not exist/);
  });

  it('stays as it is when the database is prepared again, twice at once', async () => {
    await Promise.all([prepareDatabase(database.adminUrl), prepareDatabase(database.adminUrl)]);
    expect(await run('orders', 'select id from secrets')).toEqual([{ id: 1 }]);
  });
});
