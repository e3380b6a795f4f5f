import { createTestDatabase, eventually, type TestDatabase } from '@doorbuster/embedded/testing';
import { createLogger } from '@doorbuster/telemetry';
import pg from 'pg';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  createIndexConcurrently,
  makeAppendOnly,
  migrateDatabase,
  openDatabase,
  type MigrationOptions,
} from '../src/index.js';
import { allMigrations } from '../src/database/schema-definition.js';

const logger = createLogger('test', 'silent');

class CreateNotes1767225601000 implements MigrationInterface {
  up = (runner: QueryRunner): Promise<void> =>
    runner.query('create table notes (id int primary key, word text)');
  down = async (): Promise<void> => undefined;
}

/** Takes longer than the role's statement timeout in the test. */
class TakeLong1767225602000 implements MigrationInterface {
  up = (runner: QueryRunner): Promise<void> => runner.query('select pg_sleep(0.6)');
  down = async (): Promise<void> => undefined;
}

class AddColour1767225603000 implements MigrationInterface {
  up = (runner: QueryRunner): Promise<void> => runner.query('alter table notes add column colour text');
  down = async (): Promise<void> => undefined;
}

class IndexWords1767225604000 implements MigrationInterface {
  readonly transaction = false;
  up = (runner: QueryRunner): Promise<void> =>
    createIndexConcurrently(runner, 'notes_by_word', 'on notes (word)');
  down = async (): Promise<void> => undefined;
}

class UniqueWords1767225604000 implements MigrationInterface {
  readonly transaction = false;
  async up(runner: QueryRunner): Promise<void> {
    await createIndexConcurrently(runner, 'notes_by_word', 'on notes ((1 / length(word)))');
  }
  down = async (): Promise<void> => undefined;
}

class AppendOnlyBooks1767225605000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('create table books (line text)');
    await makeAppendOnly(runner, 'books');
  }
  down = async (): Promise<void> => undefined;
}

describe('migrating a schema', () => {
  let database: TestDatabase;
  const clients: pg.Client[] = [];
  beforeEach(async () => {
    database = await createTestDatabase();
  });
  afterEach(async () => {
    await Promise.all(clients.splice(0).map((client) => client.end()));
    await database.drop();
  });

  const migrate = (
    migrations: MigrationOptions['migrations'],
    more: Partial<MigrationOptions> = {},
  ): Promise<void> =>
    migrateDatabase(
      { service: 'inventory', url: database.migratorUrl('inventory'), migrations, ...more },
      logger,
    );
  const open = (migrations: MigrationOptions['migrations'], schemaWaitMs?: number) =>
    openDatabase(
      {
        service: 'inventory',
        url: database.url('inventory'),
        migrations,
        ...(schemaWaitMs !== undefined && { schemaWaitMs }),
      },
      logger,
    );
  const connect = async (url: string): Promise<pg.Client> => {
    const client = new pg.Client({ connectionString: url });
    client.on('error', () => undefined);
    await client.connect();
    clients.push(client);
    return client;
  };
  const asAdmin = async (sql: string): Promise<unknown[]> => {
    const client = await connect(database.adminUrl);
    return (await client.query<object>(sql)).rows;
  };
  const recorded = async (): Promise<string[]> => {
    const rows = await asAdmin('select name from inventory.migrations order by id');
    return rows.map((row) => (row as { name: string }).name);
  };

  it('has no statement timeout of the pool, the role or the database', async () => {
    const name = new URL(database.adminUrl).pathname.slice(1);
    await asAdmin(`alter role inventory_migrator in database ${name} set statement_timeout = '200ms'`);
    await asAdmin(`alter database ${name} set transaction_timeout = '300ms'`);
    await migrate([CreateNotes1767225601000, TakeLong1767225602000]);
    expect(await recorded()).toContain('TakeLong1767225602000');
  });

  it('gives up waiting for a lock, so that the service continues, and tries again', async () => {
    await migrate([CreateNotes1767225601000]);
    const reader = await connect(database.url('inventory'));
    await reader.query('begin');
    await reader.query('select from notes');
    const migrating = migrate([CreateNotes1767225601000, AddColour1767225603000], { lockTimeoutMs: 150 });
    const waiting = `select from pg_locks where not granted and relation = 'inventory.notes'::regclass`;
    await eventually(async () => (await asAdmin(waiting)).length > 0 || undefined, 'the migration to wait');
    const writer = await connect(database.url('inventory'));
    await writer.query(`set statement_timeout = '5s'`);
    await writer.query(`insert into notes values (1, 'sold')`);
    await reader.query('commit');
    await migrating;
    expect((await writer.query('select id, colour from notes')).rows).toEqual([{ id: 1, colour: null }]);
  });

  it('reports what to do if it gets no lock, and keeps the earlier migrations', async () => {
    await migrate([CreateNotes1767225601000]);
    const reader = await connect(database.url('inventory'));
    await reader.query('begin');
    await reader.query('select from notes');
    const both = [CreateNotes1767225601000, TakeLong1767225602000, AddColour1767225603000];
    await expect(migrate(both, { lockTimeoutMs: 50, attemptsMax: 2 })).rejects.toThrow(
      /no lock in 2 attempts/,
    );
    expect((await recorded()).at(-1)).toBe('TakeLong1767225602000');
  });

  it('creates an index concurrently, and replaces the invalid one of a failed attempt', async () => {
    await migrate([CreateNotes1767225601000]);
    await asAdmin(`insert into inventory.notes values (1, '')`);
    await expect(migrate([CreateNotes1767225601000, UniqueWords1767225604000])).rejects.toThrow(/by zero/);
    const valid = `select indisvalid from pg_index where indexrelid = 'inventory.notes_by_word'::regclass`;
    expect(await asAdmin(valid)).toEqual([{ indisvalid: false }]);
    await migrate([CreateNotes1767225601000, IndexWords1767225604000]);
    expect(await asAdmin(valid)).toEqual([{ indisvalid: true }]);
    const definition = `select pg_get_indexdef('inventory.notes_by_word'::regclass) as sql`;
    expect(JSON.stringify(await asAdmin(definition))).toContain('(word)');
  });

  it('runs once if several processes start it, and the others wait without a timeout', async () => {
    const databaseName = new URL(database.adminUrl).pathname.slice(1);
    // A process that waits for the lock has an idle connection.
    await asAdmin(`alter database ${databaseName} set idle_session_timeout = '200ms'`);
    await asAdmin(`alter database ${databaseName} set idle_in_transaction_session_timeout = '200ms'`);
    const all = [CreateNotes1767225601000, TakeLong1767225602000, AddColour1767225603000];
    await Promise.all([migrate(all), migrate(all), migrate(all)]);
    const names = allMigrations({ service: 'inventory', migrations: all }).map(({ name }) => name);
    expect((await recorded()).toSorted()).toEqual(names.toSorted());
  });

  it('continues after a process that died during its migration', async () => {
    const dying = await connect(database.migratorUrl('inventory'));
    await dying.query(`select pg_advisory_lock(hashtext('doorbuster-migrations-inventory'))`);
    const [{ pid }] = (await dying.query<{ pid: number }>('select pg_backend_pid() as pid')).rows as [
      { pid: number },
    ];
    await expect(migrate([CreateNotes1767225601000], { waitMs: 100 })).rejects.toThrow(/another process/);
    const next = migrate([CreateNotes1767225601000]);
    await asAdmin(`select pg_terminate_backend(${pid})`);
    await next;
    expect(await recorded()).toContain('CreateNotes1767225601000');
  });

  it('makes a service wait, which reports the missing migrations after its time', async () => {
    await expect(open([CreateNotes1767225601000], 50)).rejects.toThrow(
      /schema inventory lacks .*CreateNotes1767225601000.*MIGRATION_DATABASE_URL/,
    );
    const opening = open([CreateNotes1767225601000]);
    await migrate([CreateNotes1767225601000]);
    const dataSource = await opening;
    expect(await dataSource.query('select from notes')).toEqual([]);
    await dataSource.destroy();
  });

  it('by a newer release leaves a schema on which this one starts, and logs it', async () => {
    await migrate([CreateNotes1767225601000, AddColour1767225603000]);
    const logged: string[] = [];
    const capturing = createLogger('test', 'info', { write: (line: string) => void logged.push(line) });
    const older = await openDatabase(
      {
        service: 'inventory',
        url: database.url('inventory'),
        migrations: [CreateNotes1767225601000],
      },
      capturing,
    );
    await older.destroy();
    expect(logged.join('')).toMatch(/schema is newer than this release/);
    expect(logged.join('')).toContain('AddColour1767225603000');
  });

  it('lets the run-time role change rows, but not those of an append-only table', async () => {
    await migrate([CreateNotes1767225601000, AppendOnlyBooks1767225605000]);
    const service = await connect(database.url('inventory'));
    await service.query(`insert into notes values (1, 'a'); update notes set word = 'b'; delete from notes`);
    await service.query(`insert into books values ('sold one')`);
    for (const sql of [
      'update books set line = null',
      'delete from books',
      'truncate books',
      'delete from migrations',
      `update migrations set name = ''`,
      `insert into migrations (timestamp, name) values (1, 'x')`,
    ]) {
      await expect(service.query(sql), sql).rejects.toThrow(/permission denied/);
    }
  });
});
