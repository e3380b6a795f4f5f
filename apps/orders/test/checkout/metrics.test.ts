import { eventuallyPasses } from '@doorbuster/embedded/testing';
import { measured, type Point } from '@doorbuster/telemetry/testing';
import { authorisePayment, commitStock, reserveStock } from '@doorbuster/contracts';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { startOrders, type OrdersUnderTest } from '../orders-under-test.js';
import { behaviours } from '../participants.js';

let orders: OrdersUnderTest;
beforeAll(async () => {
  orders = await startOrders();
});
afterEach(() => orders.participants.behaveAgain());
afterAll(() => orders.stop());

const valueOf = (points: Point[], attributes: object): Point['value'] | undefined =>
  points.find((point) => JSON.stringify(point.attributes) === JSON.stringify(attributes))?.value;
const settled = (sagaId: string, state: string) =>
  eventuallyPasses(async () => expect(await orders.sagaState(sagaId)).toBe(state));

it('pending actions are reported, and commands that were sent again are counted', async () => {
  orders.participants.answer(authorisePayment, behaviours.staysSilent);
  const { id } = await orders.placeOne();
  await eventuallyPasses(() =>
    expect(orders.participants.subjectsFor(id)).toContain('cmd.payments.authorise-payment'),
  );
  const waiting = { saga: 'checkout', step: 'authorise-payment' };
  expect(valueOf(await measured('doorbuster.saga.in_flight'), waiting)).toBe(1);
  expect(valueOf(await measured('doorbuster.saga.stalled'), waiting)).toBe(0);
  await orders.passDeadlines(id);
  await eventuallyPasses(async () =>
    expect(valueOf(await measured('doorbuster.saga.resends'), waiting)).toBe(1),
  );
  orders.participants.behaveAgain();
  await orders.passDeadlines(id);
  await settled(id, 'COMPLETED');
});

/** Includes the order of the test before. */
it('checkouts are counted by outcome, and timed as a whole and by step', async () => {
  const confirmed = await orders.placeOne();
  await settled(confirmed.id, 'COMPLETED');
  orders.participants.answer(reserveStock, behaviours.isSoldOut);
  const rejected = await orders.placeOne();
  await settled(rejected.id, 'COMPENSATED');

  expect(await measured('doorbuster.orders.accepted')).toEqual([{ attributes: {}, value: 3 }]);
  expect(await measured('doorbuster.checkouts')).toEqual([
    { attributes: { outcome: 'CONFIRMED', reason: 'NONE' }, value: 2 },
    { attributes: { outcome: 'REJECTED', reason: 'OUT_OF_STOCK' }, value: 1 },
  ]);
  const durations = await measured('doorbuster.saga.duration');
  expect(valueOf(durations, { saga: 'checkout', outcome: 'COMPLETED' })).toMatchObject({ count: 2 });
  expect(valueOf(durations, { saga: 'checkout', outcome: 'COMPENSATED' })).toMatchObject({ count: 1 });
  for (const { value } of durations) expect((value as { sum: number }).sum).toBeGreaterThan(0);
  const steps = await measured('doorbuster.saga.step.duration');
  for (const step of ['authorise-payment', 'commit-stock', 'capture-payment']) {
    expect(valueOf(steps, { saga: 'checkout', step, outcome: 'SUCCEEDED' })).toMatchObject({ count: 2 });
  }
  expect(valueOf(steps, { saga: 'checkout', step: 'reserve-stock', outcome: 'REFUSED' })).toMatchObject({
    count: 1,
  });
  const compensations = await measured('doorbuster.saga.compensations');
  expect(valueOf(compensations, { saga: 'checkout', reason: 'OUT_OF_STOCK' })).toBe(1);
});

it('a saga of a release without step times completes', async () => {
  orders.participants.answer(commitStock, behaviours.staysSilent);
  const { id } = await orders.placeOne();
  await orders.waitFor(id, { status: 'CONFIRMED' });
  await orders.query(
    `update sagas set pending = (select jsonb_agg(p - 'sentAt') from jsonb_array_elements(pending) p) where id = $1`,
    [id],
  );
  orders.participants.behaveAgain();
  await orders.passDeadlines(id);
  await settled(id, 'COMPLETED');
});
