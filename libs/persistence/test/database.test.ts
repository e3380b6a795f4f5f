import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PermanentError } from '@doorbuster/contracts';
import { errors } from '@nats-io/transport-node';
import {
  QueryRunnerAlreadyReleasedError,
  QueryRunnerProviderAlreadyReleasedError,
  TransactionNotStartedError,
} from 'typeorm';
import { isTransient, isUniqueViolation } from '../src/index.js';
import { isPermanent } from '../src/transactions/postgres-errors.js';
import { eventually } from '@doorbuster/embedded/testing';
import { batchOf, migrateNotebook, Notebook, openNotebook } from './fixtures/notebook.js';

let notebook: Notebook;
beforeAll(async () => {
  notebook = await Notebook.start({ ownPostgres: true });
});
afterAll(() => notebook.stop());

const query = (sql: string): Promise<unknown> => notebook.dataSource.query(sql);
const failureOf = async (work: Promise<unknown>): Promise<unknown> => {
  try {
    await work;
  } catch (error) {
    return error;
  }
  throw new Error('it did not fail');
};

describe('opening the database', () => {
  it('works on a schema of a newer release and changes nothing in it', async () => {
    await notebook.asOwner(
      `insert into migrations (timestamp, name) values (9999999999999, 'AddColour9999999999999')`,
    );
    await notebook.asOwner('alter table notes add column colour text');
    await migrateNotebook(notebook.env.migrationUrl('inventory'));
    const older = await openNotebook(notebook.env.databaseUrl('inventory'));
    const last = 'select name from migrations order by id desc limit 1';
    expect(await older.query(last)).toEqual([{ name: 'AddColour9999999999999' }]);
    expect(await notebook.unitOfWork.runBatch(batchOf('older'), notebook.takeNotes)).toBe('done');
    expect(await older.query('select id, colour from notes')).toEqual([{ id: 'older', colour: null }]);
    await older.destroy();
  });

  it('waits for a starting server and works again after a kill', async () => {
    const url = notebook.env.databaseUrl('inventory');
    await notebook.env.postgres?.kill();
    const opening = openNotebook(url);
    // The processes behind the pool's connections outlive their server for a moment.
    const failures = await eventually(
      () => Promise.all(Array.from({ length: 20 }, () => failureOf(query('select 1')))),
      'all connections to break',
    );
    expect(failures.map(isTransient)).toEqual(Array(20).fill(true));
    expect(await notebook.unitOfWork.runBatch(batchOf('a'), notebook.takeNotes)).toBe('retry');
    await notebook.env.postgres?.start();
    await (await opening).destroy();
    await eventually(() => query('select 1'), 'the pool to work again');
    expect(await notebook.unitOfWork.runBatch(batchOf('a'), notebook.takeNotes)).toBe('done');
  });

  it.each([
    ['in an open transaction', 'start transaction', 'idle in transaction'],
    ['with a running statement', 'select pg_sleep(30)', 'active'],
  ])('does not reuse a connection that was released %s', async (_, sql, state) => {
    const runner = notebook.dataSource.createQueryRunner();
    const [{ pid }] = await runner.query('select pg_backend_pid() as pid');
    const abandoned = runner.query(sql).catch(() => undefined);
    const stateOf = () =>
      notebook.dataSource.query('select state from pg_stat_activity where pid = $1', [pid]);
    await expect.poll(stateOf).toEqual([{ state }]);
    await runner.release();
    const pids: { pid: number }[][] = await Promise.all(
      Array.from({ length: 8 }, () => notebook.dataSource.query('select pg_backend_pid() as pid')),
    );
    expect(pids.flat().map((row) => row.pid)).not.toContain(pid);
    await abandoned;
  });

  it('lets a process that stops in a transaction hold its locks for at most two seconds', async () => {
    await query('delete from notes');
    const stopped = notebook.dataSource.createQueryRunner();
    await stopped.startTransaction();
    await stopped.query(`insert into notes values ('held')`);
    const begun = performance.now();
    await query(`insert into notes values ('held')`);
    expect(performance.now() - begun).toBeLessThan(4_000);
    await stopped.release();
  });

  it('returns bigint as number', async () => {
    expect(await query('select 9007199254740991::bigint as n')).toEqual([{ n: 9_007_199_254_740_991 }]);
  });
});

describe('a transient error', () => {
  it('is a lost connection, a lost lock or serialization, a shutdown, a statement timeout', async () => {
    expect(isTransient(await failureOf(query('select pg_terminate_backend(pg_backend_pid())')))).toBe(true);
    for (const code of ['40001', '40P01', '53300', '55P03', '57014', '57P01', '08006']) {
      const raise = query(`do $$ begin raise exception 'x' using errcode = '${code}'; end $$`);
      expect(isTransient(await failureOf(raise)), code).toBe(true);
    }
    const refused = openNotebookAt('127.0.0.1:1');
    expect(isTransient(await failureOf(refused))).toBe(true);
    expect(isTransient(new Error('Query read timeout'))).toBe(true);
    for (const code of ['EHOSTUNREACH', 'ENETUNREACH', 'ENOTFOUND', 'EAI_AGAIN', 'ECONNABORTED']) {
      expect(isTransient(Object.assign(new Error(code), { code })), code).toBe(true);
    }
    for (const error of [
      new QueryRunnerAlreadyReleasedError(),
      new QueryRunnerProviderAlreadyReleasedError(),
      new TransactionNotStartedError(),
      new errors.ClosedConnectionError(),
      new errors.DrainingConnectionError(),
      new errors.RequestError('request', { cause: new errors.NoRespondersError('x') }),
      new errors.TimeoutError(),
    ]) {
      expect(isTransient(error), error.name).toBe(true);
      expect(isPermanent(error), error.name).toBe(false);
    }
  });

  it('is not an error that the same work would cause again', async () => {
    for (const sql of [
      'select 1/0',
      'select nothing',
      `select 'x'::int`,
      `select from pg_catalog.pg_authid`,
    ]) {
      expect(isTransient(await failureOf(query(sql))), sql).toBe(false);
    }
    for (const sql of ['select 1/0', `select 'x'::int`, 'selekt', `insert into notes values (null)`]) {
      expect(isPermanent(await failureOf(query(sql))), sql).toBe(true);
    }
    // A missing grant or column can be added soon, so the error is not permanent.
    expect(isPermanent(await failureOf(query('select from pg_catalog.pg_authid')))).toBe(false);
    expect(isPermanent(await failureOf(query('select nothing')))).toBe(false);
    expect(isPermanent(new PermanentError('x'))).toBe(true);
    expect(isPermanent(new TypeError('x'))).toBe(false);
    expect(isTransient(new Error('x'))).toBe(false);
    expect(isTransient('x')).toBe(false);
    expect(isTransient(undefined)).toBe(false);
  });

  it('is distinct from a unique-key conflict', async () => {
    await query(`insert into notes values ('key')`);
    const error = await failureOf(query(`insert into notes values ('key')`));
    expect(isUniqueViolation(error)).toBe(true);
    expect(isTransient(error)).toBe(false);
    expect(isUniqueViolation(new Error('x'))).toBe(false);
  });
});

/** One attempt, unlike `openDatabase`. */
async function openNotebookAt(host: string): Promise<unknown> {
  return new pg.Client({ connectionString: `postgres://x:x@${host}/x` }).connect();
}
