import { PermanentError } from '@doorbuster/contracts';
import { eventually } from '@doorbuster/embedded/testing';
import { createLogger } from '@doorbuster/telemetry';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { FailureCounts } from '../src/transactions/failure-counts.js';
import { causeOf, DeadLetters, UnsupportedVersionError, UnitOfWork, type BatchWork } from '../src/index.js';
import { batchOf, CONSUMER, malformed, Notebook } from './fixtures/notebook.js';

let notebook: Notebook;
beforeAll(async () => {
  notebook = await Notebook.start();
});
afterAll(() => notebook.stop());
beforeEach(async () => {
  for (const table of ['notes', 'outbox', 'dead_letters'])
    await notebook.dataSource.query(`delete from ${table}`);
});

/** Another session ends the connection between two statements. */
const dropBetweenStatements: BatchWork = async (tx, events) => {
  await notebook.takeNotes(tx, events.slice(0, 1));
  const [{ pid }] = await tx.query('select pg_backend_pid() as pid');
  await notebook.dataSource.query('select pg_terminate_backend($1)', [pid]);
  await eventually(
    () => (tx.queryRunner?.isReleased ? true : undefined),
    'TypeORM to notice the lost connection',
  );
  return notebook.takeNotes(tx, events.slice(1));
};

const failOn =
  (subject: string): BatchWork =>
  async (tx, events) => {
    if (events.some((event) => event.subject === subject)) throw new TypeError('no idea');
    return notebook.takeNotes(tx, events);
  };
describe('a batch with an event that fails', () => {
  it('is delivered again if its connection drops between two statements', async () => {
    for (const ids of [
      ['drop', 'o'],
      ['m', 'drop', 'o'],
    ]) {
      const lost = await notebook.unitOfWork.runBatch(batchOf(...ids), dropBetweenStatements);
      expect(lost).toBe('retry');
      expect(await notebook.listDeadLetters()).toEqual([]);
      expect(await notebook.unitOfWork.runBatch(batchOf(...ids), notebook.takeNotes)).toBe('done');
      expect(await notebook.notes()).toEqual(ids.toSorted());
      await notebook.dataSource.query('delete from notes');
    }
  });

  it('commits without an event that has an unknown error, and defers that event', async () => {
    const batch = batchOf('p', 'odd', 'q', 'r');
    const outcome = await notebook.unitOfWork.runBatch(batch, failOn('odd'));
    expect(outcome).toBe('done');
    expect(await notebook.notes()).toEqual(['p', 'q', 'r']);
    expect(batch.events.map(({ isDeferred }) => isDeferred)).toEqual([undefined, true, undefined, undefined]);
    expect(await notebook.listDeadLetters()).toEqual([]);
  });

  it('also defers the later events of its aggregate, but no earlier one', async () => {
    const batch = batchOf('s', 'odd', 't', 'odd', 'u');
    const seen: string[] = [];
    await notebook.unitOfWork.runBatch(batch, async (tx, events) => {
      if (events.length === 1) seen.push(events[0]?.subject ?? '');
      return failOn('odd')(tx, events);
    });
    expect(batch.events.map(({ isDeferred }) => isDeferred)).toEqual([
      undefined,
      true,
      undefined,
      true,
      undefined,
    ]);
    expect(seen.filter((subject) => subject === 'odd')).toHaveLength(1);
    expect(await notebook.notes()).toEqual(['s', 't', 'u']);
  });

  it('makes a dead letter with the error after several failures over more than a minute', async () => {
    let nowMs = 0;
    const { dataSource, outbox, deadLetters } = notebook;
    const logger = createLogger('test', 'silent');
    const transactions = new UnitOfWork(
      dataSource,
      outbox,
      deadLetters,
      logger,
      new FailureCounts(() => nowMs),
    );
    const batch = batchOf('odd');
    for (let failures = 1; failures <= 9; failures += 1, nowMs += 10_000) {
      await transactions.runBatch(batch, failOn('odd'));
      expect(batch.events[0]?.isDeferred, `failure ${failures}`).toBe(true);
      delete batch.events[0]?.isDeferred;
    }
    expect(await notebook.listDeadLetters()).toEqual([]);
    await transactions.runBatch(batch, failOn('odd'));
    expect(batch.events[0]?.isDeferred).toBeUndefined();
    const [letter] = await notebook.listDeadLetters();
    expect(letter?.error).toBe('TypeError: no idea');
  });

  it('warns of a dead letter, with its consumer, event, cause and what to do', async () => {
    const lines: Record<string, unknown>[] = [];
    const output = { write: (text: string) => void lines.push(JSON.parse(text) as Record<string, unknown>) };
    const logger = createLogger('inventory', 'info', output);
    const { dataSource, outbox } = notebook;
    const transactions = new UnitOfWork(dataSource, outbox, new DeadLetters(dataSource, logger), logger);
    await transactions.runBatch(batchOf('odd'), () => Promise.reject(new PermanentError('illegal')));
    const [letter] = await notebook.listDeadLetters();
    expect(lines).toMatchObject([{ level: 'warn', consumer: CONSUMER, deadLetterId: letter?.id }]);
    expect(lines[0]?.['msg']).toMatch(
      /^dead letter: \S+ cannot handle \S+ of odd \(PermanentError: illegal\); fix/,
    );
    expect(lines[0]?.['msg']).toContain(`POST /v1/dead-letters/${letter?.id}/replay`);
  });

  it('makes no dead letter at the first unknown error, after any number of deliveries', async () => {
    const batch = batchOf('odd');
    for (const event of batch.events) event.deliveries = 5_000;
    await notebook.unitOfWork.runBatch(batch, failOn('odd'));
    expect(batch.events[0]?.isDeferred).toBe(true);
  });

  it.each([
    ['data that does not fit the contract', () => z.int().parse('x')],
    [
      'an illegal transition',
      () => {
        throw new PermanentError('illegal');
      },
    ],
  ])('makes a dead letter at once for %s', async (_, fail) => {
    await notebook.unitOfWork.runBatch(batchOf('v'), async () => {
      fail();
      return [];
    });
    expect(await notebook.listDeadLetters()).toHaveLength(1);
  });

  it('stores and publishes one dead letter of an event, however often its message is delivered', async () => {
    const countPublished = async (): Promise<number> =>
      (await notebook.published()).filter(({ natsSubject }) => natsSubject === `dlq.${CONSUMER}`).length;
    const publishedBefore = await countPublished();
    const batch = { ...batchOf('poison', 'w'), unreadable: [malformed('x')] };
    for (let delivery = 1; delivery <= 5; delivery += 1) {
      const again = await notebook.unitOfWork.runBatch(batch, async (tx, events) => {
        const newer = events.filter(({ subject }) => subject === 'w');
        if (newer.length > 0) throw new UnsupportedVersionError(newer);
        return notebook.takeNotes(tx, events);
      });
      expect(again).toBe('done');
    }
    const letters = await notebook.listDeadLetters();
    expect(letters).toHaveLength(2);
    await eventually(async () => {
      await notebook.outbox.sweepOnce(0);
      return (await notebook.outboxRows()).length === 0 ? true : undefined;
    }, 'the outbox to be published');
    expect(await countPublished()).toBe(publishedBefore + letters.length);
  });

  it('opens a replayed dead letter again if its event fails again', async () => {
    const batch = batchOf('poison');
    await notebook.unitOfWork.runBatch(batch, notebook.takeNotes);
    const [letter] = await notebook.listDeadLetters();
    await notebook.deadLetters.markReplayed(letter?.id ?? '');
    await notebook.unitOfWork.runBatch(batch, notebook.takeNotes);
    expect(await notebook.listDeadLetters()).toEqual([{ ...letter, replayedAt: null }]);
  });

  it('keeps a dismissed dead letter apart, also if its event fails again, until a replay', async () => {
    const batch = batchOf('poison');
    await notebook.unitOfWork.runBatch(batch, notebook.takeNotes);
    const [letter] = await notebook.listDeadLetters();
    const id = letter?.id ?? '';
    await notebook.dataSource.transaction((tx) => notebook.deadLetters.markDismissed(tx, id, 'obsolete'));
    await notebook.unitOfWork.runBatch(batch, notebook.takeNotes);
    expect(await notebook.listDeadLetters()).toEqual([]);
    expect(await notebook.listDeadLetters({ state: 'OPEN' })).toEqual([]);
    expect(await notebook.listDeadLetters({ state: 'DISMISSED' })).toEqual([
      { ...letter, dismissedAt: expect.any(Date), dismissReason: 'obsolete' },
    ]);

    await notebook.deadLetters.markReplayed(id);
    expect(await notebook.listDeadLetters({ state: 'DISMISSED' })).toEqual([]);
    expect(await notebook.listDeadLetters({ state: 'REPLAYED' })).toEqual([
      { ...letter, replayedAt: expect.any(Date) },
    ]);
  });

  it('finds dead letters by consumer and by the name of the error', async () => {
    await notebook.unitOfWork.runBatch(
      { ...batchOf('poison'), unreadable: [malformed('x')] },
      notebook.takeNotes,
    );
    await notebook.unitOfWork.runBatch({ ...batchOf('poison-2'), consumer: 'other' }, notebook.takeNotes);
    const found = async (selection: Parameters<typeof notebook.listDeadLetters>[0]) =>
      (await notebook.listDeadLetters(selection)).map((letter) => [letter.consumer, causeOf(letter)]);
    const malformedOne = [CONSUMER, 'MalformedBatchError'];
    expect(await found({ cause: 'MalformedBatchError' })).toEqual([malformedOne]);
    expect(await found({ consumer: 'other', state: 'OPEN' })).toEqual([['other', 'QueryFailedError']]);
    expect(await found({ consumer: CONSUMER })).toEqual([[CONSUMER, 'QueryFailedError'], malformedOne]);
    expect(await found({ consumer: 'other', cause: 'MalformedBatchError' })).toEqual([]);
  });
});
