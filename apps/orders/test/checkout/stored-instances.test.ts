import { authorisePayment, releaseStock } from '@doorbuster/contracts';
import { eventuallyPasses } from '@doorbuster/embedded/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startOrders, type OrdersUnderTest } from '../orders-under-test.js';
import { behaviours } from '../participants.js';

let orders: OrdersUnderTest;
beforeAll(async () => {
  orders = await startOrders();
});
afterEach(() => orders.participants.behaveAgain());
afterAll(() => orders.stop());

/** The row as the release before stored it: without the request's key and without the times of sending. */
const storeAsEarlierRelease = (sagaId: string) =>
  orders.query(
    `update sagas set data = data - 'customerId' - 'idempotencyKey',
       pending = (select jsonb_agg(p - 'sentAt') from jsonb_array_elements(pending) p)
     where id = $1`,
    [sagaId],
  );

const waitUntilSent = (orderId: string, { subject }: { subject: string }) =>
  eventuallyPasses(() => expect(orders.participants.subjectsFor(orderId)).toContain(subject));

describe('an instance that the release before stored', () => {
  it('completes its checkout', async () => {
    orders.participants.answer(authorisePayment, behaviours.staysSilent);
    const { id } = await orders.placeOne();
    await waitUntilSent(id, authorisePayment);
    await storeAsEarlierRelease(id);
    orders.participants.behaveAgain();
    await orders.passDeadlines(id);
    await orders.waitFor(id, { status: 'CONFIRMED', reason: null });
    await eventuallyPasses(async () => expect(await orders.sagaState(id)).toBe('COMPLETED'));
  });

  it('is rolled back, with a reason that has no code', async () => {
    orders.participants.answer(authorisePayment, behaviours.declines);
    orders.participants.answer(releaseStock, behaviours.staysSilent);
    const { id } = await orders.placeOne();
    await waitUntilSent(id, releaseStock);
    await storeAsEarlierRelease(id);
    await orders.query(`update sagas set reason = 'the bank said no' where id = $1`, [id]);
    orders.participants.behaveAgain();
    await orders.passDeadlines(id);
    await orders.waitFor(id, { status: 'REJECTED', reason: 'the bank said no' });
    expect(await orders.sagaState(id)).toBe('COMPENSATED');
  });

  it('is cancelled once it has completed', async () => {
    const { id } = await orders.placeOne();
    await eventuallyPasses(async () => expect(await orders.sagaState(id)).toBe('COMPLETED'));
    await orders.query(`update sagas set data = data - 'customerId' - 'idempotencyKey' where id = $1`, [id]);
    expect(await orders.cancel(id)).toMatchObject({ ok: true });
    await orders.waitFor(id, { status: 'CANCELLED', reason: 'CANCELLED_BY_CUSTOMER' });
  });
});
