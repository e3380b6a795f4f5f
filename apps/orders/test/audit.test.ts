import { eventuallyPasses } from '@doorbuster/embedded/testing';
import { randomUUID } from 'node:crypto';
import {
  cancelOrder,
  dismissDeadLetterOf,
  listAuditOf,
  listDeadLettersOf,
  replayDeadLetterOf,
  retrySaga,
  type AuditEntry,
} from '@doorbuster/contracts';
import { ADMIN, valueOf } from '@doorbuster/service/testing';
import { newTraceparent } from '@doorbuster/telemetry';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startOrders, type OrdersUnderTest } from './orders-under-test.js';

let orders: OrdersUnderTest;
beforeAll(async () => {
  orders = await startOrders();
});
afterAll(() => orders.stop());

async function log(target: string): Promise<AuditEntry[]> {
  const reply = await orders.call(listAuditOf('orders'), { limit: 10, target });
  if (!reply.ok) throw new Error(reply.error.detail);
  return reply.value.items;
}

it('a cancellation by an admin is in the audit log, one by the customer is not', async () => {
  const [first, second] = [await orders.placeOne(), await orders.placeOne()];
  for (const { id } of [first, second]) await orders.waitFor(id, { status: 'CONFIRMED' });
  const cancel = { actor: ADMIN, orderId: first.id, traceparent: newTraceparent() };
  await orders.call(cancelOrder, cancel);
  await orders.call(cancelOrder, cancel);
  await orders.cancel(second.id);
  expect(await log(first.id)).toMatchObject([
    {
      actor: { customerId: 'root', role: 'admin' },
      action: 'cancel-order',
      outcome: 'DONE',
      before: { status: 'CONFIRMED', cancelling: false },
      after: { cancelling: true },
    },
  ]);
  expect(await log(second.id)).toEqual([]);
});

it('the retry of a saga is in the audit log, done or refused', async () => {
  const { id } = await orders.placeOne();
  await orders.waitFor(id, { status: 'CONFIRMED' });
  await eventuallyPasses(async () => expect(await orders.sagaState(id)).toBe('COMPLETED'));
  await orders.call(retrySaga, { actor: ADMIN, id });
  await orders.query(
    `update sagas set state = 'STALLED', pending = '[{"name": "commit-stock", "attempt": 20, "deadlineAt": null}]'
     where id = $1`,
    [id],
  );
  await orders.call(retrySaga, { actor: ADMIN, id });
  expect(await log(id)).toMatchObject([
    { action: 'retry-saga', outcome: 'DONE', before: { state: 'STALLED' }, after: { state: 'RUNNING' } },
    { action: 'retry-saga', outcome: 'REFUSED', code: 'SAGA_NOT_STALLED', before: { state: 'COMPLETED' } },
  ]);
});

it('the replay of a dead letter is in the audit log of its service, without the event', async () => {
  const id = randomUUID();
  await orders.query(
    `insert into dead_letters (id, consumer, subject, event, error) values ($1, 'orders-prices', 'evt.catalog.x', $2, 'bad')`,
    [id, JSON.stringify('no event, but a pm_card_visa')],
  );
  await orders.call(replayDeadLetterOf('orders'), { actor: ADMIN, id });
  const [entry, ...others] = await log(id);
  expect(others).toEqual([]);
  expect(entry).toMatchObject({
    action: 'replay-dead-letter',
    outcome: 'REFUSED',
    code: 'REPLAY_FAILED',
    before: { consumer: 'orders-prices', error: 'bad' },
  });
  expect(JSON.stringify(entry)).not.toContain('pm_card');
  const unknown = randomUUID();
  await orders.call(replayDeadLetterOf('orders'), { actor: ADMIN, id: unknown });
  expect(await log(unknown)).toEqual([]);
});

it('a dead letter is dismissed once, with a reason, and its audit entry has no event', async () => {
  const id = randomUUID();
  const insert = `insert into dead_letters (id, consumer, subject, event, error, replayed_at) values ($1, 'orders-prices', 's', $2, 'ZodError: bad', $3)`;
  await orders.query(insert, [id, JSON.stringify('pm_card_visa'), null]);
  const dismiss = (letterId: string, reason: string) =>
    orders.call(dismissDeadLetterOf('orders'), { actor: ADMIN, id: letterId, reason });
  const first = await dismiss(id, 'its sender is fixed');
  expect(first).toMatchObject({
    value: {
      id,
      cause: 'ZodError',
      state: 'DISMISSED',
      dismissReason: 'its sender is fixed',
      replayedAt: null,
    },
  });
  expect(await dismiss(id, 'once more')).toEqual(first);
  const listed = async (state?: 'DISMISSED') =>
    valueOf(await orders.call(listDeadLettersOf('orders'), { limit: 100, state })).items.map((one) => one.id);
  expect(await listed()).not.toContain(id);
  expect(await listed('DISMISSED')).toContain(id);
  const entries = await log(id);
  expect(entries).toMatchObject([
    {
      action: 'dismiss-dead-letter',
      outcome: 'DONE',
      request: { reason: 'its sender is fixed' },
      before: { consumer: 'orders-prices', dismissedAt: null },
      after: { dismissReason: 'its sender is fixed' },
    },
  ]);
  expect(JSON.stringify(entries)).not.toContain('pm_card');

  const replayed = randomUUID();
  await orders.query(insert, [replayed, '{}', new Date()]);
  expect(await dismiss(replayed, 'no')).toMatchObject({ error: { code: 'DEAD_LETTER_REPLAYED' } });
  expect(await log(replayed)).toMatchObject([{ outcome: 'REFUSED', code: 'DEAD_LETTER_REPLAYED' }]);
  const unknown = randomUUID();
  expect(await dismiss(unknown, 'no')).toMatchObject({ error: { code: 'DEAD_LETTER_NOT_FOUND' } });
  expect(await log(unknown)).toEqual([]);
});

it('a dead letter is shown without the payment method, and stored with it', async () => {
  const id = randomUUID();
  const event = { type: 'x', data: { method: 'pm_card_visa', lines: [{ sku: 'MUG' }] } };
  await orders.query(
    `insert into dead_letters (id, consumer, subject, event, error) values ($1, 'orders-replies', 'evt.x', $2, $3)`,
    [id, JSON.stringify(event), 'MalformedBatchError: no batch: pm_card_visa'],
  );
  const shown = [
    await orders.call(listDeadLettersOf('orders'), { limit: 10 }),
    await orders.call(replayDeadLetterOf('orders'), { actor: ADMIN, id }),
    await orders.call(listAuditOf('orders'), { limit: 10, target: id }),
  ];
  expect(JSON.stringify(shown[0])).toContain('MUG');
  expect(JSON.stringify(shown)).not.toContain('pm_card');
  expect(await orders.query('select event from dead_letters where id = $1', [id])).toEqual([{ event }]);
});
