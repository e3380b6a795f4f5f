import type { EntityManager } from 'typeorm';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { allTogether, isUniqueViolation, preparedQuery } from '../src/index.js';
import { pipelinedTransaction } from '../src/transactions/transaction.js';
import { Notebook } from './fixtures/notebook.js';

const INSERT = { name: 'insert-note', text: 'insert into notes (id) values ($1)' };
const SELECT = { text: 'select id from notes order by id' };

let notebook: Notebook;
beforeAll(async () => {
  notebook = await Notebook.start();
});
afterAll(() => notebook.stop());
beforeEach(() => notebook.dataSource.query('delete from notes'));

const insert = (tx: EntityManager, id: string): Promise<unknown> => preparedQuery(tx, INSERT, [id]);
const transaction = <R>(work: (tx: EntityManager) => Promise<R>): Promise<R> =>
  pipelinedTransaction(notebook.dataSource, work);

it('commits what the work has written', async () => {
  await transaction((tx) => insert(tx, 'a'));
  expect(await notebook.notes()).toEqual(['a']);
});

it('the first statement is in the transaction too', async () => {
  const failing = transaction(async (tx) => {
    await insert(tx, 'a');
    throw new Error('the work failed');
  });
  await expect(failing).rejects.toThrow('the work failed');
  expect(await notebook.notes()).toEqual([]);
});

it('a statement sees what those before it in the same round trip have written', async () => {
  const [, rows] = await transaction((tx) =>
    allTogether([insert(tx, 'a'), preparedQuery(tx, SELECT, []), insert(tx, 'b')]),
  );
  expect(rows).toEqual([{ id: 'a' }]);
});

it('fails with the first error of a round trip, and writes nothing', async () => {
  await transaction((tx) => insert(tx, 'taken'));
  const failing = transaction((tx) => allTogether([insert(tx, 'a'), insert(tx, 'taken'), insert(tx, 'b')]));
  expect(isUniqueViolation(await failing.catch((error: unknown) => error))).toBe(true);
  expect(await notebook.notes()).toEqual(['taken']);
});

it('no statement runs after the rollback', async () => {
  const failing = transaction((tx) =>
    allTogether([
      Promise.reject(new Error('not even sent')),
      (async () => {
        for (const id of ['a', 'b', 'c']) await insert(tx, id);
      })(),
    ]),
  );
  await expect(failing).rejects.toThrow('not even sent');
  // The connection is idle again.
  await transaction((tx) => insert(tx, 'later'));
  expect(await notebook.notes()).toEqual(['later']);
});

it('the work of a transaction whose connection is lost fails, and the next one has another connection', async () => {
  const failing = transaction(async (tx) => {
    await insert(tx, 'a');
    await tx.query('select pg_terminate_backend(pg_backend_pid())');
  });
  await expect(failing).rejects.toThrow(/terminat/i);
  await transaction((tx) => insert(tx, 'b'));
  expect(await notebook.notes()).toEqual(['b']);
});
