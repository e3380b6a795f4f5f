import { replyTo, type IncomingBatch } from '@doorbuster/messaging';
import { stockReplenished } from '@doorbuster/contracts';
import { createLogger } from '@doorbuster/telemetry';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { DeadLetters, UnitOfWork, type BatchWork, type Outbox } from '../src/index.js';
import { batchOf, insertNote, noted, Notebook } from './fixtures/notebook.js';

let notebook: Notebook;
beforeAll(async () => {
  notebook = await Notebook.start();
});
afterAll(() => notebook.stop());
beforeEach(async () => {
  for (const table of ['notes', 'outbox']) await notebook.dataSource.query(`delete from ${table}`);
});

const unitOfWorkWith = (outbox: Outbox): UnitOfWork => {
  const logger = createLogger('test', 'silent');
  return new UnitOfWork(notebook.dataSource, outbox, new DeadLetters(notebook.dataSource, logger), logger);
};

/** Commands of a saga. */
function commandsOf(...ids: string[]): IncomingBatch {
  const batch = batchOf(...ids);
  for (const { event } of batch.events) Object.assign(event, { sagaid: 'saga', sagastep: 'take-note' });
  return batch;
}

/** Takes each note once, and replies to each command. */
const reply: BatchWork = async (tx, events) => {
  for (const { subject } of events) if (!(await isNoted(subject))) await insertNote(tx, subject);
  return events.map((command) => replyTo(command, stockReplenished, { sku: 'A', available: 1 }));
};

const isNoted = async (id: string): Promise<boolean> => (await notebook.notes()).includes(id);

it('a reply to a saga is published after the commit, without a row', async () => {
  let rows: unknown[] = [];
  const batch = commandsOf('without-row');
  await notebook.unitOfWork.runBatch(batch, async (tx, events) => {
    const replies = await reply(tx, events);
    rows = await tx.query('select id from outbox');
    return replies;
  });
  await batch.publication;
  expect(rows).toEqual([]);
  expect(await notebook.outboxRows()).toEqual([]);
  expect(await notebook.publishedNotes()).toContain('without-row');
});

it('nothing of a saga is published after a rollback', async () => {
  const batch = commandsOf('poison');
  await notebook.unitOfWork.runBatch(batch, reply);
  expect(batch.publication).toBeUndefined();
  expect(await notebook.publishedNotes()).not.toContain('poison');
});

it('the transaction commits before its replies are acknowledged, and the publication tells a failure', async () => {
  const { promise, reject } = Promise.withResolvers<void>();
  const outbox = notebook.newOutbox({ publish: () => promise });
  const batch = commandsOf('refused');
  expect(await unitOfWorkWith(outbox).runBatch(batch, reply)).toBe('done');
  expect(await notebook.notes()).toEqual(['refused']);
  reject(new Error('the broker refuses'));
  await expect(batch.publication).rejects.toThrow('the broker refuses');

  const again = commandsOf('refused');
  expect(await notebook.unitOfWork.runBatch(again, reply)).toBe('done');
  await again.publication;
  expect(await notebook.publishedNotes()).toContain('refused');
});

it('a failed half of a batch does not lose the publication of the other half', async () => {
  const batch = commandsOf('good', 'poison');
  expect(await notebook.unitOfWork.runBatch(batch, reply)).toBe('done');
  await batch.publication;
  expect(await notebook.publishedNotes()).toContain('good');
});

it('facts beside saga messages keep their rows', async () => {
  const outbox = notebook.newOutbox({ publish: () => new Promise(() => undefined) });
  const facts: BatchWork = async (tx, events) => [...(await reply(tx, events)), noted('fact')];
  await unitOfWorkWith(outbox).runBatch(commandsOf('beside'), facts);
  const rows = await notebook.outboxRows();
  expect(rows).toHaveLength(1);
  expect(rows[0]?.payload).toContain('fact');
  expect(rows[0]?.payload).not.toContain('sagaid');
});

it('at most 1,024 saga messages wait for the broker, and further ones are refused', async () => {
  const outbox = notebook.newOutbox({ publish: () => new Promise(() => undefined) });
  const messages = (count: number) =>
    Array.from({ length: count }, (_, i) => ({ id: `${i}`, subject: 'a', payload: '[]', traceparent: '' }));
  void outbox.publishUnstored(messages(1_024));
  await expect(outbox.publishUnstored(messages(1))).rejects.toMatchObject({
    code: 'TOO_MANY_PUBLICATIONS',
  });
});

it('the outbox closes after the publication of saga messages', async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const outbox = notebook.newOutbox({ publish: () => promise });
  await unitOfWorkWith(outbox).runBatch(commandsOf('closing'), reply);
  let isClosed = false;
  const closing = outbox.close().then(() => (isClosed = true));
  await new Promise((next) => setImmediate(next));
  expect(isClosed).toBe(false);
  resolve();
  await closing;
});

it('a reply that no incoming message causes can keep its row until the broker has it', async () => {
  const outbox = notebook.newOutbox({ publish: () => Promise.reject(new Error('the broker refuses')) });
  const [command] = commandsOf('late').events;
  if (!command) throw new Error('no command');
  await unitOfWorkWith(outbox).run(
    async (tx) => ({ result: undefined, events: await reply(tx, [command.event]) }),
    { storesSagaMessages: true },
  );
  await outbox.close();
  expect(await notebook.outboxRows()).toHaveLength(1);

  await notebook.outbox.sweepOnce(0);
  expect(await notebook.publishedNotes()).toContain('late');
});
