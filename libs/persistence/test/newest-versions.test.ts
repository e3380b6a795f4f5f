import { createTestDatabase, type TestDatabase } from '@doorbuster/embedded/testing';
import { createLogger } from '@doorbuster/telemetry';
import {
  Column,
  Entity,
  PrimaryColumn,
  type DataSource,
  type MigrationInterface,
  type QueryRunner,
} from 'typeorm';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { migrateDatabase, openDatabase, upsertNewestVersions } from '../src/index.js';

class CreateNotes1767225601000 implements MigrationInterface {
  up = (runner: QueryRunner): Promise<void> =>
    runner.query(`create table notes (note_id text primary key, version int not null, word text not null)`);
  down = async (): Promise<void> => undefined;
}

@Entity('notes')
class VersionedNote {
  @PrimaryColumn('text', { name: 'note_id' }) id!: string;
  @Column('int') version!: number;
  @Column('text') word!: string;
}

let database: TestDatabase;
let dataSource: DataSource;
beforeAll(async () => {
  database = await createTestDatabase();
  const schema = {
    service: 'orders' as const,
    migrations: [CreateNotes1767225601000],
    entities: [VersionedNote],
  };
  const logger = createLogger('test', 'silent');
  await migrateDatabase({ ...schema, url: database.migratorUrl('orders') }, logger);
  dataSource = await openDatabase({ ...schema, url: database.url('orders') }, logger);
});
afterAll(async () => {
  await dataSource.destroy();
  await database.drop();
});
beforeEach(() => dataSource.query('delete from notes'));

const upsert = (...rows: VersionedNote[]): Promise<void> =>
  dataSource.transaction((tx) => upsertNewestVersions(tx, VersionedNote, rows));
const stored = (): Promise<VersionedNote[]> =>
  dataSource.manager.find(VersionedNote, { order: { id: 'ASC' } });
const note = (id: string, version: number): VersionedNote => ({ id, version, word: `${id}${version}` });

it('the highest version of each key is stored, in any order of the versions', async () => {
  await upsert(note('b', 2), note('a', 1), note('b', 3), note('b', 1));
  expect(await stored()).toEqual([note('a', 1), note('b', 3)]);
  await upsert(note('a', 2), note('b', 2));
  expect(await stored()).toEqual([note('a', 2), note('b', 3)]);
  await upsert({ id: 'b', version: 3, word: 'same version' });
  expect(await stored()).toEqual([note('a', 2), note('b', 3)]);
  await upsert();
  expect(await stored()).toHaveLength(2);
});

it('two transactions with the same keys in opposite order do not deadlock', async () => {
  const ids = Array.from({ length: 200 }, (_, i) => `n${i}`);
  for (let version = 1; version <= 10; version += 1) {
    await Promise.all([
      upsert(...ids.map((id) => note(id, version))),
      upsert(...ids.toReversed().map((id) => note(id, version))),
    ]);
  }
  expect(new Set((await stored()).map(({ version }) => version))).toEqual(new Set([10]));
});
