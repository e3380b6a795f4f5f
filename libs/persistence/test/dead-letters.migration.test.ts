import { DataSource } from 'typeorm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { KeyDeadLetters1768400000000 } from '../src/migrations/key-dead-letters.migration.js';
import { Notebook } from './fixtures/notebook.js';

let notebook: Notebook;
beforeAll(async () => {
  notebook = await Notebook.start();
});
afterAll(() => notebook.stop());

it('keeps the oldest of duplicate dead letters, replayed if any of them was', async () => {
  const migration = new KeyDeadLetters1768400000000();
  const owner = new DataSource({
    type: 'postgres',
    url: notebook.env.migrationUrl('inventory'),
    schema: 'inventory',
  });
  await owner.initialize();
  const runner = owner.createQueryRunner();
  await migration.down(runner);
  await runner.query(`
    insert into dead_letters (id, consumer, subject, event, error, replayed_at)
    select ('00000000-0000-0000-0000-00000000000' || n)::uuid, consumer, 's', event::jsonb, 'e', replayed::timestamptz
    from (values
      (1, 'a', '{"source":"x","id":"1"}', null), (2, 'a', '{"source":"x","id":"1"}', '2026-01-01'),
      (3, 'b', '{"source":"x","id":"1"}', null), (4, 'a', '{"source":"x","id":"2"}', null),
      (5, 'a', '"raw"', null), (6, 'a', '"raw"', null)) as old (n, consumer, event, replayed)`);
  await migration.up(runner);
  await owner.destroy();
  const { items: rows } = await notebook.deadLetters.page({ limit: 10 });
  expect(rows.map(({ id, replayedAt }) => [Number(id.at(-1)), replayedAt !== null])).toEqual([
    [5, false],
    [4, false],
    [3, false],
    [1, true],
  ]);
});
