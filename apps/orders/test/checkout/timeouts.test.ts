import { authorisePayment, listStuckItemsOf, reserveStock } from '@doorbuster/contracts';
import { eventuallyPasses, plantFailure } from '@doorbuster/embedded/testing';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { behaviours } from '../participants.js';
import { startOrders, type OrdersUnderTest } from '../orders-under-test.js';

const SHIFT_MS = 600_000;

let orders: OrdersUnderTest;
beforeAll(async () => {
  orders = await startOrders(2);
  orders.participants.answer(reserveStock, behaviours.staysSilent);
});
afterAll(() => orders.stop());
afterEach(() => void vi.useRealTimers());

const resends = async (orderId: string): Promise<number> =>
  (await orders.timeline(orderId)).filter(({ transition }) => ['RESENT', 'TIMED_OUT'].includes(transition))
    .length;

it('a saga whose timeout fails blocks no other, is listed as stuck, and goes on once the cause is gone', async () => {
  const [bad, good] = [await orders.placeOne(), await orders.placeOne()];
  const mend = await plantFailure(
    orders.ownerUrl,
    'orders.sagas',
    `old.id = '${bad.id}' and old.next_deadline_at < now()`,
  );
  for (const { id } of [bad, good]) await orders.passDeadlines(id);
  await eventuallyPasses(async () => expect(await resends(good.id)).toBeGreaterThan(0));
  const stuck = () => orders.call(listStuckItemsOf('orders'), { limit: 10 });
  await eventuallyPasses(async () =>
    expect(await stuck()).toMatchObject({ value: [{ job: 'saga-deadlines', itemId: bad.id }] }),
  );
  expect(await resends(bad.id)).toBe(0);
  await mend();
  await eventuallyPasses(async () => expect(await resends(bad.id)).toBeGreaterThan(0));
  await eventuallyPasses(async () => expect(await stuck()).toMatchObject({ value: [] }));
});

it.each([
  ['ahead', SHIFT_MS],
  ['behind', -SHIFT_MS],
])(
  'replicas whose clocks are minutes %s of the database set and see deadlines by its clock',
  async (_, shiftMs) => {
    orders.participants.answer(reserveStock, behaviours.staysSilent);
    orders.participants.answer(authorisePayment, behaviours.staysSilent);
    const [early, overdue] = [await orders.placeOne(), await orders.placeOne()];
    await orders.query(`update sagas set next_deadline_at = now() + interval '5 minutes' where id = $1`, [
      early.id,
    ]);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + shiftMs });
    orders.participants.answer(reserveStock, behaviours.reserves);
    await orders.passDeadlines(overdue.id);
    const sent = () =>
      orders.query<{ ms: number }>(
        `select extract(epoch from next_deadline_at - updated_at)::float8 * 1000 as ms
       from sagas where id = $1 and pending->0->>'name' = 'authorise-payment'`,
        [overdue.id],
      );
    await eventuallyPasses(async () => expect(await sent()).toHaveLength(1));
    const [row] = await sent();
    expect(row?.ms).toBeGreaterThan(4_000);
    expect(row?.ms).toBeLessThan(6_000);
    expect(await resends(early.id)).toBe(0);
  },
);
