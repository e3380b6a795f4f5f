import {
  DATABASE_CONNECTIONS,
  DATABASE_ROLES,
  migratorOf,
  SERVICES,
  type ServiceName,
} from '@doorbuster/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withClient } from '../src/postgres/client.js';
import { createDatabase, prepareDatabase, prepareRoles, withUser } from '../src/index.js';
import { testCredentials } from '../src/testing/test-credentials.js';
import { createTestDatabase, startOwnPostgres, type TestDatabase } from '../src/testing.js';

describe('the run-time role of a service', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase();
    for (const service of SERVICES) {
      await migrate(service, `create table secrets (id int); create sequence numbers`);
      await run(service, 'insert into secrets values (1)');
    }
  });
  afterAll(() => database.drop());

  const run = (service: (typeof SERVICES)[number], sql: string): Promise<unknown[]> =>
    withClient(database.url(service), async (client) => (await client.query(sql)).rows);

  const migrate = (service: (typeof SERVICES)[number], sql: string): Promise<unknown[]> =>
    withClient(database.migratorUrl(service), async (client) => (await client.query(sql)).rows);

  it('has a schema of its own, which its tables are in', async () => {
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
    await expect(run(service, `select from pg_catalog.nextval('${other}.numbers')`)).rejects.toThrow(
      /permission denied/,
    );
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
    await migrate('catalog', 'create table words (w text); create index on words using gin (w gin_trgm_ops)');
    await expect(run('payments', `select similarity('door', 'doors')`)).rejects.toThrow(/does not exist/);
  });

  it.each(SERVICES)('%s reads and writes rows, and takes numbers of sequences', async (service) => {
    await run(service, 'insert into secrets values (2)');
    await run(service, 'update secrets set id = 3 where id = 2');
    await run(service, 'delete from secrets where id = 3');
    expect(await run(service, `select nextval('numbers') > 0 as next`)).toEqual([{ next: true }]);
  });

  it.each([
    'create table mine (id int)',
    'create temporary table mine (id int)',
    'create index on secrets (id)',
    'create function mine() returns int language sql return 1',
    'create view mine as select from secrets',
    'create trigger mine before insert on secrets for each row execute function pg_catalog.suppress_redundant_updates_trigger()',
    'alter table secrets add column mine int',
    'alter table secrets disable row level security',
    'alter sequence numbers restart',
    'drop table secrets',
    'truncate secrets',
    'drop schema orders',
    'alter schema orders rename to mine',
    'create role mine',
    'alter role orders connection limit -1',
    'alter default privileges for role orders_migrator grant select on tables to payments',
    'set role orders_migrator',
    'set session authorization orders_migrator',
    'set role postgres',
    'reassign owned by orders_migrator to orders',
  ])('is refused: %s', async (sql) => {
    await expect(run('orders', sql)).rejects.toThrow(/permission denied|must be owner|must be able to/);
  });

  it('owns nothing, and has a limit of connections, as its migrator has', async () => {
    const owned = `select service, count(d.objid)::int from unnest($1::text[]) service
      left join pg_shdepend d on d.refobjid = service::regrole and d.deptype = 'o' group by service`;
    const limits = `select rolname, rolconnlimit as limit, rolsuper or rolcreatedb or rolcreaterole or rolreplication
      or rolbypassrls as mighty from pg_roles where rolname = any($1)`;
    await withClient(database.adminUrl, async (client) => {
      const { rows } = await client.query(owned, [SERVICES]);
      expect(rows).toEqual(expect.arrayContaining(SERVICES.map((service) => ({ service, count: 0 }))));
      const roles = (
        await client.query<{ rolname: string; limit: number; mighty: boolean }>(limits, [DATABASE_ROLES])
      ).rows;
      expect(roles.map(({ rolname }) => rolname).toSorted()).toEqual([...DATABASE_ROLES].toSorted());
      for (const { rolname, limit, mighty } of roles) {
        expect(mighty, rolname).toBe(false);
        expect(limit, rolname).toBeGreaterThan(0);
        if (rolname.endsWith('_migrator')) expect(limit).toBe(DATABASE_CONNECTIONS.migrators);
      }
    });
  });

  it('is of no use to the migrator of another service', async () => {
    await expect(migrate('orders', 'select from payments.secrets')).rejects.toThrow(/permission denied/);
    await expect(migrate('orders', 'create table public.mine (id int)')).rejects.toThrow(/permission denied/);
  });

  it('stays as it is when the database is prepared again, twice at once', async () => {
    await Promise.all([prepareDatabase(database.adminUrl), prepareDatabase(database.adminUrl)]);
    expect(await run('orders', 'select id from secrets')).toEqual([{ id: 1 }]);
  });
});

describe('a database of the release before there were migrators', () => {
  it('is taken over: the migrator owns what was the service’s own, which keeps its rows and nothing else', async () => {
    const server = await startOwnPostgres();
    try {
      const passwords = testCredentials().postgres;
      const adminUrl = await createDatabase(server.adminUrl, 'doorbuster');
      const orders = withUser(adminUrl, 'orders', passwords.orders);
      const migrator = withUser(adminUrl, migratorOf('orders'), passwords.orders_migrator);
      await withClient(adminUrl, (client) =>
        client.query(`drop role orders_migrator;
          grant connect, temporary on database doorbuster to orders;
          create schema orders authorization orders;
          alter role orders in database doorbuster set search_path = orders;`),
      );
      await withClient(orders, (client) =>
        client.query(`create table orders (id int generated always as identity primary key, at timestamptz);
          create table migrations (id serial primary key, timestamp bigint, name text);
          insert into orders (at) values (now()); create sequence numbers; create view latest as select id from orders;
          create function twice(n int) returns int language sql return 2 * n;`),
      );
      const limits = Object.fromEntries(SERVICES.map((service) => [service, 16])) as Record<
        ServiceName,
        number
      >;
      await prepareRoles(server.adminUrl, passwords, limits);
      await prepareDatabase(adminUrl);
      await withClient(orders, async (client) => {
        await client.query('insert into orders (at) values (null)');
        expect((await client.query('select id from latest')).rows).toEqual([{ id: 1 }, { id: 2 }]);
        expect((await client.query(`select nextval('numbers')::int as n, twice(2)`)).rows).toEqual([
          { n: 1, twice: 4 },
        ]);
        await expect(client.query('alter table orders add column mine int')).rejects.toThrow(/must be owner/);
        await expect(client.query('create temporary table mine (id int)')).rejects.toThrow(/denied/);
      });
      // What a migration takes away stays away when the platform starts again.
      await withClient(migrator, (client) =>
        client.query('alter table orders add column note text; revoke delete on orders from orders'),
      );
      await prepareDatabase(adminUrl);
      await withClient(orders, async (client) => {
        await expect(client.query('delete from orders')).rejects.toThrow(/permission denied/);
      });
    } finally {
      await server.dispose();
    }
  });
});
