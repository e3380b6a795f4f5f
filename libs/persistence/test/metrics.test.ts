import { measured } from '@doorbuster/telemetry/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { afterCommit, observeBacklog } from '../src/index.js';
import { batchOf, CONSUMER, insertNote, Notebook } from './fixtures/notebook.js';

let notebook: Notebook;
beforeAll(async () => {
  notebook = await Notebook.start();
});
afterAll(() => notebook.stop());

it('metrics count the messages in the outbox and the open dead letters', async () => {
  await notebook.dataSource.query(
    `insert into outbox (id, subject, payload, traceparent, created_at)
     select uuidv7(interval '-1 minute'), 's', 'p', '', now() - interval '1 minute' from generate_series(1, 3)`,
  );
  await notebook.unitOfWork.runBatch(batchOf('a', 'poison-1', 'poison-2', 'poison-3'), notebook.takeNotes);
  const letters = await notebook.listDeadLetters();
  await notebook.deadLetters.markReplayed(letters[0]?.id ?? '');
  await notebook.dataSource.transaction((tx) =>
    notebook.deadLetters.markDismissed(tx, letters[1]?.id ?? '', 'obsolete'),
  );
  const end = observeBacklog(notebook.dataSource, [CONSUMER, 'inventory-products']);
  const [age] = await measured('doorbuster.outbox.oldest.age');
  expect(age?.value).toBeGreaterThan(59);
  const [depth] = await measured('doorbuster.outbox.depth');
  expect(depth?.value).toBeGreaterThanOrEqual(3);
  expect(await measured('doorbuster.dead_letters.open')).toEqual([
    { attributes: { consumer: CONSUMER }, value: 1 },
    { attributes: { consumer: 'inventory-products' }, value: 0 },
  ]);
  expect(await measured('doorbuster.dead_letters')).toEqual([
    { attributes: { consumer: CONSUMER }, value: 3 },
  ]);
  end();
});

it('a callback runs once after the commit, and not after a rollback', async () => {
  const calls: string[] = [];
  let runs = 0;
  await notebook.dataSource.query(`insert into notes (id) values ('taken')`);
  await notebook.unitOfWork.run(async (tx) => {
    runs += 1;
    afterCommit(tx, () => calls.push(`run ${runs}`));
    await insertNote(tx, runs === 1 ? 'taken' : 'free');
    expect(calls).toEqual([]);
    return { result: undefined, events: [] };
  });
  expect(calls).toEqual(['run 2']);
  const failing = notebook.unitOfWork.run((tx) => {
    afterCommit(tx, () => calls.push('never'));
    return Promise.reject(new Error('changed its mind'));
  });
  await expect(failing).rejects.toThrow('changed its mind');
  expect(calls).toEqual(['run 2']);
});
