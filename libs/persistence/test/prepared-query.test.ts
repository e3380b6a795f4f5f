import { QueryFailedError, type EntityManager } from 'typeorm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { isUniqueViolation, preparedQuery } from '../src/index.js';
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
