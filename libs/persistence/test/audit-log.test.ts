import { accept, refuse, type Actor } from '@doorbuster/contracts';
import { createTestDatabase, type TestDatabase } from '@doorbuster/embedded/testing';
import { createLogger } from '@doorbuster/telemetry';
import pg from 'pg';
import type { DataSource } from 'typeorm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { audited, migrateDatabase, openDatabase, pageOfAuditEntries, type AuditRow } from '../src/index.js';

const ADMIN: Actor = {
  customerId: 'root',
  role: 'admin',
  origin: { address: '198.51.100.7', userAgent: 'curl/8', traceId: '0af7651916cd43dd8448eb211c80319c' },
};
const CHANGE = { actor: ADMIN, action: 'change-product', target: 'MUG', request: { name: 'Mug' } };

let database: TestDatabase;
let dataSource: DataSource;
beforeAll(async () => {
  database = await createTestDatabase();
  const schema = { service: 'catalog' as const, migrations: [] };
  const logger = createLogger('test', 'silent');
  await migrateDatabase({ ...schema, url: database.migratorUrl('catalog') }, logger);
  dataSource = await openDatabase({ ...schema, url: database.url('catalog') }, logger);
});
afterAll(async () => {
  await dataSource.destroy();
  await database.drop();
});

const asAdministrator = async <T>(work: (client: pg.Client) => Promise<T>): Promise<T> => {
  const client = new pg.Client({ connectionString: database.adminUrl });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
};
const entries = async (): Promise<AuditRow[]> => (await pageOfAuditEntries(dataSource, { limit: 10 })).items;
const write = (actor: Actor = ADMIN, details = {}, reply = accept({ name: 'Mug' })): Promise<unknown> =>
  dataSource.transaction(
    audited({ ...CHANGE, actor }, async () => ({ result: reply, events: [], audit: details })),
  );

beforeEach(() =>
  asAdministrator((client) =>
    client.query(`alter table catalog.audit_log disable trigger all; truncate catalog.audit_log;
      alter table catalog.audit_log enable trigger all`),
  ),
);

describe('the audit log', () => {
  it('records actor, action, origin, the time of the database, and the state before and after', async () => {
    await write(ADMIN, { before: { name: 'Cup' } });
    const [entry] = await entries();
    expect(entry).toMatchObject({
      actor: { customerId: 'root', role: 'admin' },
      action: 'change-product',
      target: 'MUG',
      outcome: 'DONE',
      code: null,
      request: { name: 'Mug' },
      before: { name: 'Cup' },
      after: { name: 'Mug' },
      address: '198.51.100.7',
      userAgent: 'curl/8',
      traceId: '0af7651916cd43dd8448eb211c80319c',
    });
    const [now]: { ms: number }[] = await dataSource.query(
      'select (extract(epoch from clock_timestamp() - $1::timestamptz) * 1000)::float8 as ms',
      [entry?.at],
    );
    expect(now?.ms).toBeGreaterThanOrEqual(-1);
    expect(now?.ms).toBeLessThan(30_000);
  });

  it('records a refusal with its code', async () => {
    await write(ADMIN, {}, refuse('PRODUCT_NOT_FOUND', 'No.'));
    expect(await entries()).toMatchObject([{ outcome: 'REFUSED', code: 'PRODUCT_NOT_FOUND', after: null }]);
  });

  it('commits an entry and its change together or not at all', async () => {
    const failing = dataSource.transaction(async (tx) => {
      await audited(CHANGE, async () => ({ result: accept(1), events: [] }))(tx);
      throw new Error('the change failed afterwards');
    });
    await expect(failing).rejects.toThrow('the change failed');
    expect(await entries()).toEqual([]);
    const unwritable = { ...CHANGE, target: 'with a \0 that PostgreSQL refuses' };
    const unaudited = dataSource.transaction(
      audited(unwritable, async (tx) => {
        await tx.query(`insert into outbox values (gen_random_uuid(), 'a', 'b', 'c')`);
        return { result: accept(1), events: [] };
      }),
    );
    await expect(unaudited).rejects.toThrow(/invalid byte sequence/);
    expect(await dataSource.query('select * from outbox')).toEqual([]);
  });

  it('has no entry for a customer, and none for a repeated request', async () => {
    await write({ customerId: 'ann', role: 'customer' });
    await write(ADMIN, { isRepeated: true });
    expect(await entries()).toEqual([]);
  });

  it('is listed by actor and by target, newest first, in pages', async () => {
    for (const target of ['A', 'B', 'C']) await write(ADMIN, { target });
    await write({ ...ADMIN, customerId: 'other' }, { target: 'A' });
    const targets = async (filter: object, limit = 10): Promise<string[]> =>
      (await pageOfAuditEntries(dataSource, { ...filter, limit })).items.map(({ target }) => target);
    expect(await targets({ actor: 'root' })).toEqual(['C', 'B', 'A']);
    expect(await targets({ target: 'A' })).toEqual(['A', 'A']);
    const { items, nextCursor } = await pageOfAuditEntries(dataSource, { limit: 2 });
    expect(nextCursor).toBe(items[1]?.id);
    expect(await targets({ cursor: nextCursor })).toEqual(['B', 'A']);
    const last = await pageOfAuditEntries(dataSource, { cursor: nextCursor ?? '', limit: 2 });
    expect(last.nextCursor).toBeNull();
  });

  const CHANGES = [
    `update audit_log set actor_id = 'somebody else'`,
    'delete from audit_log',
    'truncate audit_log',
  ];

  it.each(CHANGES)('refuses the run-time role: %s', async (sql) => {
    await write();
    await expect(dataSource.query(sql)).rejects.toMatchObject({ driverError: { code: '42501' } });
    expect(await entries()).toHaveLength(1);
  });

  it.each(CHANGES)('refuses a database administrator who has not disabled the trigger: %s', async (sql) => {
    await write();
    const change = asAdministrator((client) => client.query(sql.replace('audit_log', 'catalog.audit_log')));
    await expect(change).rejects.toThrow('append-only');
    expect(await entries()).toHaveLength(1);
  });
});
