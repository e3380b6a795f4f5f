import { QueryFailedError, type EntityManager } from 'typeorm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { fromJsonLines, isUniqueViolation, jsonLines, preparedQuery } from '../src/index.js';
import { Notebook } from './fixtures/notebook.js';

const INSERT = { name: 'insert-note', text: 'insert into notes (id) values ($1) returning id' };
const PREPARED = `select name from pg_prepared_statements where name = 'insert-note'`;

let notebook: Notebook;
beforeAll(async () => {
  notebook = await Notebook.start();
});
afterAll(() => notebook.stop());

const insertIn = (tx: EntityManager, id: string): Promise<unknown> => preparedQuery(tx, INSERT, [id]);

it('runs a prepared statement in the transaction of its EntityManager', async () => {
  const rolledBack = notebook.dataSource.transaction(async (tx) => {
    expect(await insertIn(tx, 'a')).toEqual([{ id: 'a' }]);
    expect(await tx.query(PREPARED)).toEqual([{ name: 'insert-note' }]);
    throw new Error('rolled back');
  });
  await expect(rolledBack).rejects.toThrow('rolled back');
  expect(await notebook.dataSource.query(`select id from notes where id = 'a'`)).toEqual([]);
});

it('fails like a query of TypeORM', async () => {
  const twice = notebook.dataSource.transaction(async (tx) => {
    await insertIn(tx, 'b');
    await insertIn(tx, 'b');
  });
  const error: unknown = await twice.catch((err: unknown) => err);
  expect(error).toBeInstanceOf(QueryFailedError);
  expect(isUniqueViolation(error)).toBe(true);
});

it('passes each text, number and date of an array as it is', async () => {
  const ECHO = {
    name: 'echo',
    text: `select to_json($1::text[]) as texts, to_json($2::float8[]) as numbers, array(select at at time zone 'utc' from unnest($3::timestamptz[]) as at)::text[] as dates`,
  };
  const texts = ['', 'NULL', null, 'a b', '{a,b}', '"', '\\', '\\"\\', "it's", 'line\nbreak', 'ü€😀'];
  const at = new Date('2026-01-02T03:04:05.678Z');
  const [row] = await preparedQuery(notebook.dataSource, ECHO, [texts, [1, -2.5, 1e21, null], [at]]);
  expect(row).toEqual({ texts, numbers: [1, -2.5, 1e21, null], dates: ['2026-01-02 03:04:05.678'] });
});

it('passes values as lines of JSON', async () => {
  const ECHO_LINES = {
    name: 'echo-lines',
    text: `select to_json(${fromJsonLines('$1', 'jsonb')}) as values`,
  };
  for (const values of [[], [{ text: 'a\nb \\ "c"\u2028' }, [], null, 'x']]) {
    expect(await preparedQuery(notebook.dataSource, ECHO_LINES, [jsonLines(values)])).toEqual([{ values }]);
  }
});
