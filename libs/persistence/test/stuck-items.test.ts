import { createLogger } from '@doorbuster/telemetry';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { isNotStuck, StuckItems, type BatchJob } from '../src/index.js';
import { Notebook } from './fixtures/notebook.js';

const JOB = 'test-job';
const LIMIT = 10;

let notebook: Notebook;
let stuckItems: StuckItems;
beforeAll(async () => {
  notebook = await Notebook.start();
  stuckItems = new StuckItems(notebook.dataSource, createLogger('test', 'silent'));
  await notebook.asOwner(
    'create table items (id int primary key, is_bad boolean not null, is_done boolean default false)',
  );
});
afterAll(() => notebook.stop());
beforeEach(async () => {
  await query('delete from items');
  await query('delete from stuck_items');
});

const query = <Row>(sql: string, parameters: unknown[] = []): Promise<Row[]> =>
  notebook.dataSource.query(sql, parameters);
const DUE = 'select id from items where not is_done';
const add = (from: number, to: number, isBad: boolean) =>
  query('insert into items (id, is_bad) select n, $3 from generate_series($1::int, $2::int) n', [
    from,
    to,
    isBad,
  ]);
const done = async (): Promise<number[]> =>
  (await query<{ id: number }>('select id from items where is_done order by id')).map(({ id }) => id);
const makeDue = () => query(`update stuck_items set next_attempt_at = now()`);

/** A batch with a bad item fails as a whole. */
const job: BatchJob = {
  name: JOB,
  run: (onlyId) =>
    notebook.dataSource.transaction(async (tx) => {
      const rows: { id: number }[] = await tx.query(
        `${DUE} and case when $1::int is null then ${isNotStuck(JOB, 'items.id')} else id = $1 end
         order by id limit ${LIMIT} for update skip locked`,
        [onlyId ?? null],
      );
      for (const { id } of rows) {
        await tx.query(
          'update items set is_done = true, id = case when is_bad then id / 0 else id end where id = $1',
          [id],
        );
      }
      return rows.length;
    }),
  dueIds: async () =>
    (await query<{ id: number }>(`${DUE} and ${isNotStuck(JOB, 'items.id')} order by id limit ${LIMIT}`)).map(
      ({ id }) => String(id),
    ),
};

it('a bad item delays no other, is listed with its error, and continues after its repair', async () => {
  await add(1, 1, true);
  await add(2, 4, false);
  await stuckItems.sweep(job);
  expect(await done()).toEqual([2, 3, 4]);
  const [item] = await stuckItems.list(10);
  expect(item).toMatchObject({ job: JOB, itemId: '1', failures: 1 });
  expect(item?.error).toContain('division by zero');
  expect(await stuckItems.list(10, JOB)).toEqual([item]);
  expect(await stuckItems.list(10, 'another-job')).toEqual([]);

  await query('update items set is_bad = false');
  await makeDue();
  await stuckItems.sweep(job);
  expect(await done()).toEqual([1, 2, 3, 4]);
  expect(await stuckItems.list(10)).toEqual([]);
});

it('a bad item is retried with doubling pauses, up to 5 minutes', async () => {
  await add(1, 1, true);
  const pauses: number[] = [];
  for (let failures = 1; failures <= 11; failures += 1) {
    await stuckItems.sweep(job);
    const [item] = await stuckItems.list(10);
    expect(item?.failures).toBe(failures);
    pauses.push(Math.round((Number(item?.nextAttemptAt) - Number(item?.lastFailedAt)) / 1_000));
    // A sweep before the next attempt is due does nothing.
    await stuckItems.sweep(job);
    expect((await stuckItems.list(10))[0]?.failures).toBe(failures);
    await makeDue();
  }
  expect(pauses).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]);
});

it('more bad items than a batch holds do not starve the good ones', async () => {
  await add(1, 5 * LIMIT, true);
  await add(1_000, 1_004, false);
  for (let sweeps = 1; sweeps <= 6; sweeps += 1) await stuckItems.sweep(job);
  expect(await done()).toEqual([1_000, 1_001, 1_002, 1_003, 1_004]);
});

it('an item that was handled by other means is no longer stuck', async () => {
  await add(1, 1, true);
  await stuckItems.sweep(job);
  await query('update items set is_done = true');
  await makeDue();
  await stuckItems.sweep(job);
  expect(await stuckItems.list(10)).toEqual([]);
});

it('a lost connection records no stuck item', async () => {
  await add(1, 1, false);
  const lost: BatchJob = {
    ...job,
    run: async () => {
      throw Object.assign(new Error('gone'), { code: 'ECONNRESET' });
    },
  };
  await expect(stuckItems.sweep(lost)).rejects.toThrow('gone');
  expect(await stuckItems.list(10)).toEqual([]);
});
