import { mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { createTestDatabase, type TestDatabase } from '@doorbuster/embedded/testing';
import { Client } from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { backupSchema } from '../src/backup/backup-schema.js';
import { restoreSchema } from '../src/backup/restore-schema.js';

/** Each type of column that a service has, and what is hard to copy: references, generated and large values. */
const TABLES = `
  create table orders.migrations (id serial primary key, name text);
  insert into orders.migrations (name) values ('first');
  create table orders.lines (order_id uuid, bytes bytea, position bigint, amount numeric);
  create table orders.orders (id uuid primary key, number bigint generated always as identity, data jsonb, at timestamptz,
    tags text[], note text, words tsvector, length int generated always as (length(note)) stored);
  alter table orders.lines add foreign key (order_id) references orders.orders;
  create table orders.copies (id uuid primary key);
  create function orders.copy() returns trigger language plpgsql as $$
    begin insert into orders.copies values (new.id); return null; end $$;
  create trigger copy after insert on orders.orders for each row execute function orders.copy();`;
const FILL = `
  insert into orders.orders (id, data, at, tags, note, words)
    select gen_random_uuid(), (array[jsonb_build_object('big', 9007199254740993), 'null', null])[n % 3 + 1], clock_timestamp(),
      array['a', null, E'tab\\t'], E'two\\nlines\\u2028', to_tsvector('english', 'two lines')
    from generate_series(1, 1200) n;
  insert into orders.lines select id, '\\x00ff', 9223372036854775807, 0.1 from orders.orders;`;

describe('the backup of one schema', () => {
  let from: TestDatabase;
  let to: TestDatabase;
  const clients: Client[] = [];
  const directory = mkdtempSync(path.join(tmpdir(), 'doorbuster-'));
  const file = path.join(directory, 'orders.backup');

  const connect = async (url: string): Promise<Client> => {
    const client = new Client({ connectionString: url });
    await client.connect();
    clients.push(client);
    return client;
  };
  const contentOf = async (client: Client): Promise<unknown[]> => {
    const orders = await client.query('select o::text from orders.orders o order by id');
    const lines = await client.query('select l::text from orders.lines l order by order_id');
    const copies = await client.query('select c::text from orders.copies c order by id');
    return [orders.rows, lines.rows, copies.rows];
  };
  let source: Client;
  let target: Client;
  beforeAll(async () => {
    [from, to] = [await createTestDatabase(), await createTestDatabase()];
    [source, target] = [await connect(from.adminUrl), await connect(to.adminUrl)];
    await source.query(TABLES + FILL);
    await target.query(TABLES);
  });
  beforeEach(() => target.query('truncate orders.orders, orders.lines, orders.copies'));
  afterAll(async () => {
    await Promise.all(clients.map((client) => client.end()));
    await Promise.all([from.drop(), to.drop()]);
    rmSync(directory, { recursive: true });
  });

  it('has the rows of one moment while the schema and others are written to, and restores them exactly', async () => {
    const writer = await connect(from.adminUrl);
    await writer.query('create table inventory.stock (n int)');
    const before = await contentOf(source);
    const backup = { isRunning: true };
    const firstWrite = Promise.withResolvers<void>();
    // Each transaction writes both tables, and another schema.
    const writing = (async () => {
      while (backup.isRunning) {
        await writer.query(
          `with new as (insert into orders.orders (id, note) values (gen_random_uuid(), 'new') returning id)
           insert into orders.lines (order_id) select id from new`,
        );
        await writer.query('insert into inventory.stock values (1)');
        firstWrite.resolve();
      }
    })();
    await firstWrite.promise;
    const rows = await backupSchema(source, 'orders', file);
    backup.isRunning = false;
    await writing;
    expect(await restoreSchema(target, file, { replaces: false })).toBe(rows);

    const restored = await contentOf(target);
    const [orders = [], lines = []] = restored as unknown[][];
    expect(orders).toHaveLength(lines.length);
    const found = new Set(restored.flat().map((row) => JSON.stringify(row)));
    expect(before.flat().filter((row) => !found.has(JSON.stringify(row)))).toEqual([]);
    // The next identity is a new one.
    await target.query(`insert into orders.orders (id) values (gen_random_uuid())`);
    const { rows: numbers } = await target.query(
      'select count(*) > count(distinct number) as has_doubles from orders.orders',
    );
    expect(numbers).toEqual([{ has_doubles: false }]);
  });

  it('replaces rows only when it is told to', async () => {
    await backupSchema(source, 'orders', file);
    await target.query(`insert into orders.orders (id, note) values (gen_random_uuid(), 'mine')`);
    await expect(restoreSchema(target, file, { replaces: false })).rejects.toThrow(
      /has rows, in copies; --replace/,
    );
    await restoreSchema(target, file, { replaces: true });
    expect(await contentOf(target)).toEqual(await contentOf(source));
  });

  it('leaves the schema as it was when the file is damaged, or from another release', async () => {
    await backupSchema(source, 'orders', file);
    const bytes = readFileSync(file);
    writeFileSync(`${file}.cut`, bytes.subarray(0, bytes.length / 2));
    await expect(restoreSchema(target, `${file}.cut`, { replaces: false })).rejects.toThrow(
      /unexpected end of file/,
    );
    await expect(restoreSchema(target, `${file}.missing`, { replaces: false })).rejects.toThrow(/ENOENT/);
    await target.query(`insert into orders.migrations (name) values ('second')`);
    await expect(restoreSchema(target, file, { replaces: false })).rejects.toThrow(
      /differ in migrations \(second\)/,
    );
    expect(await contentOf(target)).toEqual([[], [], []]);
  });

  it.each([
    ['an empty gzip file', gzipSync(''), 'it is empty'],
    ['a text file', 'select 1;\n', 'it is not compressed with gzip'],
    ['another gzip file', gzipSync('select 1;\n'), 'its first line is no header'],
    [
      'a header without migrations',
      gzipSync('{"schema":"orders","sequences":{}}\n'),
      'its header has no valid migrations',
    ],
    [
      'another schema',
      gzipSync('{"schema":"public","migrations":[],"sequences":{}}\n'),
      'its header has no valid schema',
    ],
  ])('refuses %s', async (_what, content, reason) => {
    const other = path.join(directory, 'other');
    writeFileSync(other, content);
    await expect(restoreSchema(target, other, { replaces: true })).rejects.toThrow(
      `${other} is no backup of a schema: ${reason}; make one with npm run backup`,
    );
  });

  it('is readable only by its owner, whatever a draft was there', async () => {
    const other = path.join(directory, 'other');
    writeFileSync(other, 'other', { mode: 0o644 });
    symlinkSync(other, `${file}.draft`);
    await backupSchema(source, 'orders', file);
    expect(readFileSync(other, 'utf8')).toBe('other');
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });
});
