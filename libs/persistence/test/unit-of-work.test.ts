import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { afterCommit, UnsupportedVersionError, type BatchWork } from '../src/index.js';
import { eventually } from '@doorbuster/embedded/testing';
import { batchOf, CONSUMER, insertNote, malformed, noted, Notebook } from './fixtures/notebook.js';

let notebook: Notebook;
beforeAll(async () => {
  notebook = await Notebook.start();
});
afterAll(() => notebook.stop());
beforeEach(async () => {
  for (const table of ['notes', 'outbox', 'dead_letters'])
    await notebook.dataSource.query(`delete from ${table}`);
});

const eventuallyPublished = (ids: string[]) =>
  eventually(async () => {
    const published = new Set(await notebook.publishedNotes());
    return ids.every((id) => published.has(id)) ? true : undefined;
  }, `${ids.join()} to be published`);

/** Like a shutdown of the server during the transaction. */
const loseConnection: BatchWork = async (tx) => {
  await tx.query('select pg_terminate_backend(pg_backend_pid())');
  return [];
};

const loseDeadlock: BatchWork = async (tx) => {
  await tx.query(`do $$ begin raise exception 'chosen as the victim' using errcode = '40P01'; end $$`);
  return [];
};

describe('a batch', () => {
  it('is one transaction, and its replies are published', async () => {
    let transactions = 0;
    const outcome = await notebook.unitOfWork.runBatch(batchOf('a', 'b'), (tx, events) => {
      transactions += 1;
      return notebook.takeNotes(tx, events);
    });
    expect(outcome).toBe('done');
    expect(transactions).toBe(1);
    expect(await notebook.notes()).toEqual(['a', 'b']);
    await eventuallyPublished(['a', 'b']);
  });

  it('is done after its commit, even if a callback fails', async () => {
    const calls: string[] = [];
    const outcome = await notebook.unitOfWork.runBatch(batchOf('e'), (tx, events) => {
      afterCommit(tx, () => {
        throw new Error('no room for the log');
      });
      afterCommit(tx, () => void calls.push('called'));
      return notebook.takeNotes(tx, events);
    });
    expect(outcome).toBe('done');
    expect(calls).toEqual(['called']);
    expect(await notebook.notes()).toEqual(['e']);
  });

  it('defers the events that need a newer replica and commits the others', async () => {
    const batch = batchOf('a', 'newer', 'b');
    const outcome = await notebook.unitOfWork.runBatch(batch, async (tx, events) => {
      const newer = events.filter(({ subject }) => subject === 'newer');
      if (newer.length > 0) throw new UnsupportedVersionError(newer);
      return notebook.takeNotes(tx, events);
    });
    expect(outcome).toBe('done');
    expect(await notebook.notes()).toEqual(['a', 'b']);
    expect(batch.events.map(({ isDeferred }) => isDeferred)).toEqual([undefined, true, undefined]);
    expect(await notebook.listDeadLetters()).toEqual([]);
  });

  it('commits all but the poison events, which become dead letters and are published', async () => {
    const outcome = await notebook.unitOfWork.runBatch(
      batchOf('c', 'poison-1', 'd', 'poison-2'),
      notebook.takeNotes,
    );
    expect(outcome).toBe('done');
    expect(await notebook.notes()).toEqual(['c', 'd']);
    await eventuallyPublished(['c', 'd']);
    const letters = await notebook.listDeadLetters();
    expect(letters.map(({ event }) => (event as { subject: string }).subject)).toEqual([
      'poison-2',
      'poison-1',
    ]);
    for (const letter of letters) {
      expect(letter).toMatchObject({
        consumer: CONSUMER,
        subject: 'cmd.inventory.take-note',
        replayedAt: null,
      });
      expect(letter.error).toContain('notes_id_check');
      expect(await notebook.deadLetters.find(letter.id)).toEqual(letter);
    }
    await eventually(async () => {
      await notebook.outbox.sweepOnce(0);
      const published = (await notebook.published()).filter(
        ({ natsSubject }) => natsSubject === `dlq.${CONSUMER}`,
      );
      return letters.every(({ id }) => published.some((message) => message.id === id)) ? true : undefined;
    }, 'the dead letters to be published');
    expect(await notebook.publishedNotes()).not.toContain('poison-1');
  });

  it('with poison events is split into small transactions in the order of its events', async () => {
    const ids = Array.from({ length: 64 }, (_, i) => (i === 17 || i === 40 ? `poison-${i}` : `n-${i}`));
    const committed: string[] = [];
    const seen: string[] = [];
    let transactions = 0;
    const outcome = await notebook.unitOfWork.runBatch(batchOf(...ids), async (tx, events) => {
      transactions += 1;
      const subjects = events.map(({ subject }) => subject);
      if (subjects.length === 1) seen.push(...(await notebook.notes()));
      const replies = await notebook.takeNotes(tx, events);
      committed.push(...subjects);
      return replies;
    });
    expect(outcome).toBe('done');
    expect(seen.length).toBeGreaterThan(0);
    expect(committed).toEqual(ids.filter((id) => id.startsWith('n-')));
    expect(transactions).toBeLessThan(ids.length / 2);
    expect(await notebook.listDeadLetters()).toHaveLength(2);
  });

  it('makes a dead letter of an unreadable message of any bytes, and commits the events', async () => {
    const texts = ['{"half', 'with \0 NUL', '\\u0000', 'half a pair \ud83d', '\\\\ud83d', ''];
    const outcome = await notebook.unitOfWork.runBatch(
      { ...batchOf('e'), unreadable: [...texts, 'x'.repeat(100_000)].map(malformed) },
      notebook.takeNotes,
    );
    expect(outcome).toBe('done');
    expect(await notebook.notes()).toEqual(['e']);
    const letters = (await notebook.listDeadLetters()).map(({ event }) => event as string).toReversed();
    expect(letters.slice(0, -1)).toEqual([
      '{"half',
      'with \ufffd NUL',
      '\\u0000',
      'half a pair \ufffd',
      '\\\\ud83d',
      '',
    ]);
    expect(letters.at(-1)).toHaveLength(65_536);
  });

  it('with only an unreadable message is done with its dead letter', async () => {
    const batch = { ...batchOf(), unreadable: [malformed('x')] };
    expect(await notebook.unitOfWork.runBatch(batch, notebook.takeNotes)).toBe('done');
    expect(await notebook.listDeadLetters()).toHaveLength(1);
  });

  it('is delivered again after a transient error, and commits nothing', async () => {
    const outcome = await notebook.unitOfWork.runBatch(batchOf('f', 'g'), async (tx, events) => {
      await notebook.takeNotes(tx, events);
      return loseConnection(tx, events);
    });
    expect(outcome).toBe('retry');
    expect(await notebook.notes()).toEqual([]);
    expect(await notebook.listDeadLetters()).toEqual([]);
    expect(await notebook.unitOfWork.runBatch(batchOf('f', 'g'), notebook.takeNotes)).toBe('done');
  });

  it.each([
    ['a lost connection', loseConnection],
    ['a deadlock', loseDeadlock],
  ])('is delivered again as a whole after %s while poison events are isolated', async (_, fail) => {
    const outcome = await notebook.unitOfWork.runBatch(batchOf('poison', 'h'), (tx, events) =>
      events[0]?.subject === 'h' ? fail(tx, events) : notebook.takeNotes(tx, events),
    );
    expect(outcome).toBe('retry');
    expect(await notebook.listDeadLetters()).toEqual([]);
  });

  it('that is a replay throws its error and leaves no second dead letter', async () => {
    const replay = { ...batchOf('poison'), isReplay: true };
    await expect(notebook.unitOfWork.runBatch(replay, notebook.takeNotes)).rejects.toThrow('notes_id_check');
    expect(await notebook.listDeadLetters()).toEqual([]);
    expect(await notebook.unitOfWork.runBatch({ ...batchOf('i'), isReplay: true }, notebook.takeNotes)).toBe(
      'done',
    );
  });
});

describe('work with a unique-key conflict', () => {
  /** Like each idempotent handler: loads the rows and inserts the missing ones. */
  const noteOnce = async (...[tx, events]: Parameters<BatchWork>) => {
    const loaded: { id: string }[] = await tx.query('select id from notes');
    await bothLoaded();
    const missing = events.filter(({ subject }) => loaded.every(({ id }) => id !== subject));
    for (const { subject } of missing) await insertNote(tx, subject);
    return missing.map(({ subject }) => noted(subject));
  };
  let waiting: (() => void)[] = [];
  let arrived = 0;
  const bothLoaded = async (): Promise<void> => {
    arrived += 1;
    if (arrived === 2) for (const go of waiting) go();
    if (arrived < 2) await new Promise<void>((go) => waiting.push(go));
  };
  beforeEach(() => {
    waiting = [];
    arrived = 0;
  });

  it('runs again and reads the other row, and neither event becomes a dead letter', async () => {
    const outcomes = await Promise.all([
      notebook.unitOfWork.runBatch(batchOf('race'), noteOnce),
      notebook.unitOfWork.runBatch(batchOf('race'), noteOnce),
    ]);
    expect(outcomes).toEqual(['done', 'done']);
    expect(arrived).toBe(3);
    expect(await notebook.notes()).toEqual(['race']);
    expect(await notebook.listDeadLetters()).toEqual([]);
  });

  it('in each attempt becomes a dead letter', async () => {
    await notebook.unitOfWork.runBatch(batchOf('taken'), notebook.takeNotes);
    const outcome = await notebook.unitOfWork.runBatch(batchOf('taken', 'free'), notebook.takeNotes);
    expect(outcome).toBe('done');
    expect(await notebook.notes()).toEqual(['free', 'taken']);
    const [letter] = await notebook.listDeadLetters();
    expect(letter?.error).toContain('notes_pkey');
  });
});

it('dead letters are listed newest first, in pages, with the time of their replay', async () => {
  await notebook.unitOfWork.runBatch(batchOf('poison-1', 'poison-2', 'poison-3'), notebook.takeNotes);
  const all = await notebook.listDeadLetters();
  const { items, nextCursor } = await notebook.deadLetters.page({ limit: 2 });
  expect(items).toEqual(all.slice(0, 2));
  expect(nextCursor).toBe(items[1]?.id);
  const rest = await notebook.deadLetters.page({ limit: 2, cursor: nextCursor ?? '' });
  expect(rest).toEqual({ items: all.slice(2), nextCursor: null });
  const [first] = items;
  await notebook.deadLetters.markReplayed(first?.id ?? '');
  expect((await notebook.deadLetters.find(first?.id ?? ''))?.replayedAt).toBeInstanceOf(Date);
});
