import type { EntityManager } from 'typeorm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CommitDeadlineError, CommitUnknownError, isTransient } from '../src/index.js';
import { limitTransaction } from '../src/transactions/commit-deadline.js';
import { insertNote, Notebook, openNotebook } from './fixtures/notebook.js';

let notebook: Notebook;
beforeAll(async () => {
  notebook = await Notebook.start();
});
afterAll(() => notebook.stop());
beforeEach(async () => {
  await notebook.dataSource.query('delete from notes');
});

async function databaseTimeIn(ms: number): Promise<number> {
  const [row] = await notebook.dataSource.query(
    'select extract(epoch from clock_timestamp())::float8 * 1000 as now',
  );
  return row.now + ms;
}

const sessionOf = async (tx: EntityManager): Promise<number> =>
  (await tx.query('select pg_backend_pid() as pid'))[0].pid;

const isSession = async (pid: number): Promise<boolean> =>
  (await notebook.dataSource.query('select from pg_stat_activity where pid = $1', [pid])).length > 0;

const note = (id: string, commitBy: number, meanwhile?: (tx: EntityManager) => Promise<unknown>) =>
  notebook.unitOfWork.run(
    async (tx) => {
      await insertNote(tx, id);
      await meanwhile?.(tx);
      return { result: id, events: [] };
    },
    { commitBy },
  );

describe('a transaction with a deadline', () => {
  it('commits before its deadline', async () => {
    expect(await note('a', await databaseTimeIn(10_000))).toBe('a');
    expect(await notebook.notes()).toEqual(['a']);
  });

  it('writes nothing if its deadline has passed', async () => {
    await expect(note('late', await databaseTimeIn(-1))).rejects.toThrow(CommitDeadlineError);
    expect(await notebook.notes()).toEqual([]);
  });

  it('is ended by the server if its client is paused before COMMIT', async () => {
    let session = 0;
    const paused = note('paused', await databaseTimeIn(300), async (tx) => {
      session = await sessionOf(tx);
      await expect.poll(() => isSession(session), { timeout: 5_000 }).toBe(false);
    });
    await expect(paused).rejects.toThrow(CommitDeadlineError);
    expect(session).toBeGreaterThan(0);
    expect(await notebook.notes()).toEqual([]);
  });

  it('is ended in time even if the role has a longer limit', async () => {
    const [{ database }] = await notebook.dataSource.query('select current_database() as database');
    const setting = `alter role inventory in database "${database}"`;
    await notebook.dataSource.query(`${setting} set transaction_timeout = '60s'`);
    const limited = await openNotebook(notebook.env.databaseUrl('inventory'));
    const begun = performance.now();
    const held = limited.transaction(async (tx) => {
      await limitTransaction(tx, await databaseTimeIn(300));
      await tx.query('select pg_sleep(3)');
    });
    await expect(held).rejects.toThrow('transaction timeout');
    expect(performance.now() - begun).toBeLessThan(2_500);
    await limited.destroy();
    await notebook.dataSource.query(`${setting} reset transaction_timeout`);
  });

  it('is ended by the server if a statement takes too long, and the next transaction works', async () => {
    const slow = note('slow', await databaseTimeIn(300), (tx) => tx.query('select pg_sleep(5)'));
    await expect(slow).rejects.toThrow(CommitDeadlineError);
    expect(await note('next', await databaseTimeIn(10_000))).toBe('next');
    expect(await notebook.notes()).toEqual(['next']);
  });

  it('fails with its own error before the deadline', async () => {
    const failing = note('poison', await databaseTimeIn(10_000));
    await expect(failing).rejects.toThrow('notes_id_check');
  });
});

describe('a transaction whose connection is lost', () => {
  it('is not committed before COMMIT, and unknown during COMMIT', async () => {
    const before = note('before', await databaseTimeIn(10_000), (tx) =>
      tx.query('select pg_terminate_backend(pg_backend_pid())'),
    );
    await expect(before).rejects.not.toThrow(CommitUnknownError);
    await notebook.asOwner(`
      create function end_session() returns trigger language plpgsql as
        $$ begin perform pg_terminate_backend(pg_backend_pid()); return null; end $$;
      create constraint trigger end_session after insert on notes deferrable initially deferred
        for each row when (new.id = 'in-commit') execute function end_session()`);
    const during = note('in-commit', await databaseTimeIn(10_000));
    const failure: unknown = await during.catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(CommitUnknownError);
    expect(isTransient(failure)).toBe(true);
  });
});
