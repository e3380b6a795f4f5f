import { toMessages } from '@doorbuster/messaging';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DeadLetters, pluck, StuckItems, UnitOfWork, type Outbox } from '../src/index.js';
import { createLogger, newTraceparent } from '@doorbuster/telemetry';
import { eventually } from '@doorbuster/embedded/testing';
import { insertNote, noted, Notebook } from './fixtures/notebook.js';

let notebook: Notebook;
beforeAll(async () => {
  notebook = await Notebook.start();
});
afterAll(() => notebook.stop());
beforeEach(async () => {
  for (const table of ['notes', 'outbox', 'dead_letters'])
    await notebook.dataSource.query(`delete from ${table}`);
});

const take = (id: string, transactions = notebook.unitOfWork): Promise<string> =>
  transactions.run(async (tx) => {
    await insertNote(tx, id);
    return { result: id, events: [noted(id)] };
  });

/** A unit of work with its own outbox, like that of another process. */
const transactionsWith = (outbox: Outbox): UnitOfWork => {
  const logger = createLogger('test', 'silent');
  return new UnitOfWork(notebook.dataSource, outbox, new DeadLetters(notebook.dataSource, logger), logger);
};

const emptyOutbox = () =>
  eventually(
    async () => ((await notebook.outboxRows()).length === 0 ? true : undefined),
    'the outbox to be empty',
  );

describe('the outbox', () => {
  it('publishes a committed message with the id of its row, and deletes the row', async () => {
    expect(await take('published')).toBe('published');
    await emptyOutbox();
    expect(await notebook.notes()).toEqual(['published']);
    expect(await notebook.publishedNotes()).toContain('published');
  });

  it('stores the message with the commit, even if its publication hangs', async () => {
    const outbox = notebook.newOutbox({ publish: () => new Promise(() => undefined) });
    await take('hanging', transactionsWith(outbox));
    const rows = await notebook.outboxRows();
    expect(rows).toHaveLength(1);
    expect(await notebook.publishedNotes()).not.toContain('hanging');
    await notebook.outbox.sweepOnce(0);
    await emptyOutbox();
    const sent = (await notebook.published()).find(({ payload }) => payload.includes('hanging'));
    expect(sent).toMatchObject({ id: rows[0]?.id, natsSubject: rows[0]?.subject, payload: rows[0]?.payload });
  });

  it('publishes nothing after a rollback', async () => {
    const before = (await notebook.published()).length;
    await expect(
      notebook.unitOfWork.run(async (tx) => {
        await insertNote(tx, 'undone');
        await notebook.outbox.insert(tx, toMessages([noted('undone')]));
        throw new Error('changed my mind');
      }),
    ).rejects.toThrow('changed my mind');
    expect(await notebook.notes()).toEqual([]);
    expect(await notebook.outboxRows()).toEqual([]);
    await take('marker');
    await emptyOutbox();
    expect((await notebook.published()).length).toBe(before + 1);
  });

  it('sweeps the messages of a process that died, but not recent ones', async () => {
    await notebook.dataSource.transaction((tx) =>
      notebook.outbox.insert(tx, toMessages([noted('left-behind')])),
    );
    expect(await notebook.outbox.sweepOnce()).toMatchObject({ found: 0 });
    expect(await notebook.outboxRows()).toHaveLength(1);
    await notebook.dataSource.query(`update outbox set created_at = now() - interval '1 minute'`);
    const outbox = notebook.newOutbox();
    outbox.startSweeping();
    await emptyOutbox();
    await outbox.close();
    expect(await notebook.publishedNotes()).toContain('left-behind');
  });

  it('is swept in small rounds, past messages that cannot be published', async () => {
    const stuck = Array.from({ length: 60 }, () => ({
      id: uuidv7(),
      subject: 'evt.nobody.takes-this',
      payload: '[]',
      traceparent: newTraceparent(),
    }));
    await notebook.outbox.insert(notebook.dataSource.manager, stuck);
    const noteIds = Array.from({ length: 120 }, (_, i) => `behind-${i}`);
    for (const id of noteIds) {
      await notebook.outbox.insert(notebook.dataSource.manager, toMessages([noted(id)]));
    }
    const outbox = notebook.newOutbox();
    const rounds = [];
    for (let round = 0; round < 4; round += 1) rounds.push((await outbox.sweepOnce(0)).found);
    await outbox.close();
    expect(rounds).toEqual([50, 50, 50, 30]);
    expect((await notebook.outboxRows()).map(({ id }) => id)).toEqual(pluck(stuck, 'id'));
    expect(await notebook.publishedNotes()).toEqual(expect.arrayContaining(noteIds));
  });

  it('publishes a message twice after a crash, and the broker keeps one', async () => {
    await take('twice', transactionsWith(notebook.newOutbox({ publish: () => Promise.reject(new Error()) })));
    const [row] = await notebook.outboxRows();
    await Promise.all([notebook.outbox.sweepOnce(0), notebook.newOutbox().sweepOnce(0)]);
    await emptyOutbox();
    await notebook.dataSource.query(
      `insert into outbox (id, subject, payload, traceparent) values ($1, $2, $3, '')`,
      [row?.id, row?.subject, row?.payload],
    );
    await notebook.outbox.sweepOnce(0);
    await emptyOutbox();
    expect((await notebook.publishedNotes()).filter((id) => id === 'twice')).toHaveLength(1);
  });

  it('waits for current publications when it closes', async () => {
    const outbox = notebook.newOutbox();
    outbox.startSweeping();
    const transactions = transactionsWith(outbox);
    await Promise.all(Array.from({ length: 30 }, (_, i) => take(`closing-${i}`, transactions)));
    await outbox.close();
    expect(await notebook.outboxRows()).toEqual([]);
    expect((await notebook.publishedNotes()).filter((id) => id.startsWith('closing-'))).toHaveLength(30);
  });

  it('keeps messages during an outage of the broker, and publishes them even if the broker lost its storage', async () => {
    await notebook.env.nats.kill();
    await Promise.all(['a', 'b', 'c'].map((id) => take(id)));
    expect(await notebook.notes()).toEqual(['a', 'b', 'c']);
    await notebook.outbox.sweepOnce(0);
    expect(await notebook.outboxRows()).toHaveLength(3);
    notebook.env.nats.wipe();
    await notebook.env.nats.start();
    await eventually(async () => {
      await notebook.outbox.sweepOnce(0);
      return (await notebook.outboxRows()).length === 0 ? true : undefined;
    }, 'the outbox to be empty');
    expect((await notebook.publishedNotes()).toSorted()).toEqual(['a', 'b', 'c']);
  });
});

it('a message that a full stream rejects stays in the outbox and is not stuck', async () => {
  const makeRoom = await notebook.fillStream();
  await take('no-room');
  await notebook.outbox.sweepOnce(0);
  expect(await new StuckItems(notebook.dataSource, createLogger('test', 'silent')).list(10)).toEqual([]);
  expect(await notebook.outboxRows()).toHaveLength(1);
  await makeRoom();
  await notebook.outbox.sweepOnce(0);
  await emptyOutbox();
  expect(await notebook.publishedNotes()).toContain('no-room');
});

it('a message that the broker refuses is listed as stuck, is retried with growing pauses and delays no other', async () => {
  const size = 9 * 1024 * 1024;
  const bad = uuidv7();
  await notebook.dataSource.query(
    `insert into outbox (id, subject, payload, traceparent) values ($1, $2, $3, $4)`,
    [bad, noted('x').natsSubject, 'x'.repeat(size), newTraceparent()],
  );
  await take('behind');
  const stuckItems = new StuckItems(notebook.dataSource, createLogger('test', 'silent'));
  await notebook.outbox.sweepOnce(0);
  expect(await stuckItems.list(10)).toMatchObject([{ job: 'outbox', itemId: bad, failures: 1 }]);
  await eventually(
    async () => ((await notebook.outboxRows()).length === 1 ? true : undefined),
    'the other to be sent',
  );
  await notebook.dataSource.query(`update stuck_items set next_attempt_at = now() + interval '1 hour'`);
  await notebook.outbox.sweepOnce(0);
  expect(await stuckItems.list(10)).toMatchObject([{ failures: 1 }]);
  await notebook.dataSource.query('update stuck_items set next_attempt_at = now()');
  await notebook.outbox.sweepOnce(0);
  expect(await stuckItems.list(10)).toMatchObject([{ failures: 2 }]);
  await notebook.dataSource.query(`update outbox set payload = '[]' where id = $1`, [bad]);
  await notebook.dataSource.query('update stuck_items set next_attempt_at = now()');
  await notebook.outbox.sweepOnce(0);
  await emptyOutbox();
  await notebook.outbox.sweepOnce(0);
  expect(await stuckItems.list(10)).toEqual([]);
});
