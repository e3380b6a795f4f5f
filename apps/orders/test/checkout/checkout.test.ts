import { eventuallyPasses } from '@doorbuster/embedded/testing';
import { authorisePayment, commitStock, reserveStock } from '@doorbuster/contracts';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { behaviours } from '../participants.js';
import { CHECKOUT_COMMANDS, TRANSITIONS_TO_PIVOT } from './newest-checkout.js';
import { startOrders, type OrdersUnderTest } from '../orders-under-test.js';

let orders: OrdersUnderTest;
beforeAll(async () => {
  orders = await startOrders();
});
afterEach(() => orders.participants.behaveAgain());
afterAll(() => orders.stop());

describe('a checkout', () => {
  it('is confirmed and completes', async () => {
    const { id } = await orders.placeOne();
    await orders.waitFor(id, { status: 'CONFIRMED', reason: null });
    await eventuallyPasses(async () => expect(await orders.sagaState(id)).toBe('COMPLETED'));
    expect(new Set(orders.participants.subjectsFor(id))).toEqual(new Set(CHECKOUT_COMMANDS));
  });

  it('stores every transition, in one trace', async () => {
    const { id } = await orders.placeOne();
    await eventuallyPasses(async () => expect(await orders.sagaState(id)).toBe('COMPLETED'));
    const steps = await orders.timeline(id);
    // On a slow machine a command may be sent again.
    const told = steps
      .filter(({ transition }) => transition !== 'RESENT')
      .map(({ step, transition }) => `${step} ${transition}`);
    expect(told.slice(0, TRANSITIONS_TO_PIVOT.length)).toEqual(TRANSITIONS_TO_PIVOT);
    const traces = orders.participants.received
      .filter(({ command }) => command.subject === id)
      .map(({ command }) => command.traceparent.slice(3, 35));
    expect(new Set(traces).size).toBe(1);
  });

  it('is rejected when sold out, and no other command is sent', async () => {
    orders.participants.answer(reserveStock, behaviours.isSoldOut);
    const { id } = await orders.placeOne();
    await orders.waitFor(id, { status: 'REJECTED', reason: 'OUT_OF_STOCK' });
    const sent = CHECKOUT_COMMANDS.slice(0, CHECKOUT_COMMANDS.indexOf(reserveStock.subject) + 1);
    expect(new Set(orders.participants.subjectsFor(id))).toEqual(new Set(sent));
  });

  it('is rejected when the card is declined, after the stock was released', async () => {
    orders.participants.answer(authorisePayment, behaviours.declines);
    const { id } = await orders.placeOne();
    await orders.waitFor(id, { status: 'REJECTED', reason: 'PAYMENT_DECLINED: card_declined' });
    expect(orders.participants.subjectsFor(id)).toContain('cmd.inventory.release-stock');
  });

  it('is cancelled and refunded when the reservation expires before the commit', async () => {
    orders.participants.answer(commitStock, behaviours.reservationExpired);
    const { id } = await orders.placeOne();
    await orders.waitFor(id, { status: 'CANCELLED', reason: 'RESERVATION_EXPIRED' });
    expect(orders.participants.subjectsFor(id)).toContain('cmd.payments.refund-payment');
  });

  it('ends the same when every reply arrives three times', async () => {
    orders.participants.copies = 3;
    const { id } = await orders.placeOne();
    await orders.waitFor(id, { status: 'CONFIRMED' });
    await eventuallyPasses(async () => expect(await orders.sagaState(id)).toBe('COMPLETED'));
    const commands = orders.participants.subjectsFor(id);
    expect(new Set(commands).size).toBe(commands.length);
  });

  it('sends the command again when its deadline passes, and rolls back after the last attempt', async () => {
    orders.participants.answer(authorisePayment, behaviours.staysSilent);
    const { id } = await orders.placeOne();
    const asked = () =>
      orders.participants.subjectsFor(id).filter((subject) => subject === authorisePayment.subject);
    for (const attempt of [1, 2, 3]) {
      await eventuallyPasses(() => expect(asked().length).toBe(attempt));
      await orders.passDeadlines(id);
    }
    await orders.waitFor(id, { status: 'REJECTED', reason: 'PAYMENT_TIMEOUT' });
    expect(orders.participants.subjectsFor(id)).toContain('cmd.payments.void-payment');
  });

  it('goes on when it is overdue, also beside a saga that fails', async () => {
    orders.participants.answer(authorisePayment, behaviours.staysSilent);
    const [stuck, well] = [await orders.placeOne(), await orders.placeOne()];
    const asked = () =>
      orders.participants.subjectsFor(well.id).filter((subject) => subject === authorisePayment.subject);
    await eventuallyPasses(() => expect(asked().length).toBe(1));
    const rename = (name: string) =>
      orders.query(`update sagas set pending = jsonb_set(pending, '{0,name}', $2) where id = $1`, [
        stuck.id,
        JSON.stringify(name),
      ]);
    await rename('unheard-of');
    await orders.passDeadlines(stuck.id);
    await orders.passDeadlines(well.id);
    await eventuallyPasses(() => expect(asked().length).toBe(2));
    await rename('authorise-payment');
  });

  it('leaves nothing in the outbox', async () => {
    const { id } = await orders.placeOne();
    await orders.waitFor(id, { status: 'CONFIRMED' });
    await eventuallyPasses(async () => expect(await orders.query('select 1 from outbox')).toEqual([]));
  });
});

describe('acceptance', () => {
  it('makes one order a key, for concurrent requests', async () => {
    const replies = await Promise.all(
      Array.from({ length: 20 }, () => orders.place([{ sku: 'MUG', quantity: 1 }], { key: 'same' })),
    );
    const ids = replies.map((reply) => (reply.ok ? reply.value.id : reply.error.code));
    expect(new Set(ids).size).toBe(1);
    expect(await orders.query(`select 1 from orders where idempotency_key = 'same'`)).toHaveLength(1);
  });

  it('refuses a key with another body', async () => {
    await orders.place([{ sku: 'MUG', quantity: 1 }], { key: 'other-body' });
    expect(await orders.place([{ sku: 'MUG', quantity: 2 }], { key: 'other-body' })).toMatchObject({
      ok: false,
      error: { code: 'IDEMPOTENCY_KEY_REUSED' },
    });
  });

  it('refuses an unknown SKU until its price arrives', async () => {
    const place = () => orders.place([{ sku: 'FRESH', quantity: 1 }]);
    expect(await place()).toMatchObject({ error: { code: 'UNKNOWN_SKU' } });
    await orders.publishPrice('FRESH', 5);
    expect(await place()).toMatchObject({ ok: true, value: { total: { amount: 5 } } });
  });

  it('accepts no expired request once a hanging database goes on', async () => {
    const expiresInMs = 500;
    const place = (key: string, more = {}) => orders.place([{ sku: 'MUG', quantity: 1 }], { key, ...more });
    const blocker = orders.database.createQueryRunner();
    await blocker.query('begin; lock table orders');
    const atWork = place('late-at-work', { expiresInMs });
    // The batch of acceptance, not a batch of replies.
    const acceptanceWaits = `select 1 from pg_stat_activity where wait_event_type = 'Lock' and query like '%idempotency_key)'`;
    await eventuallyPasses(async () => expect(await orders.query(acceptanceWaits)).toHaveLength(1));
    const asked = Date.now();
    const late = [atWork, place('late-in-the-queue', { expiresInMs: 1 })];
    const patient = place('patient');
    await eventuallyPasses(() => expect(Date.now() - asked).toBeGreaterThan(expiresInMs));
    await blocker.query('commit');
    await blocker.release();
    for (const reply of late) expect(await reply).toMatchObject({ error: { code: 'SERVICE_TIMEOUT' } });
    expect(await patient).toMatchObject({ ok: true });
    expect(await orders.query(`select 1 from orders where idempotency_key like 'late-%'`)).toEqual([]);
    expect(await place('late-at-work')).toMatchObject({ ok: true });
  });

  it('charges the newest price, in any order of the prices', async () => {
    await orders.publishPrice('SALE', 300, 3);
    await orders.publishPrice('NOISE', 1);
    const reply = await orders.place([{ sku: 'SALE', quantity: 1 }]);
    expect(reply).toMatchObject({ value: { total: { amount: 300 } } });
  });
});

describe('two replicas', () => {
  it('given the same keys in opposite order make one order a key, without a deadlock', async () => {
    await orders.startReplica();
    const keys = Array.from({ length: 60 }, (_, i) => `both-${i}`);
    const place = (key: string) => orders.place([{ sku: 'MUG', quantity: 1 }], { key });
    const [there, back] = await Promise.all([
      Promise.all(keys.map(place)),
      Promise.all(keys.toReversed().map(place)),
    ]);
    const ids = (replies: typeof there) =>
      replies.map((reply) => (reply.ok ? reply.value.id : reply.error.code));
    expect(ids(back).toReversed()).toEqual(ids(there));
    expect(new Set(ids(there)).size).toBe(keys.length);
    await orders.stopReplica();
  });
});

describe('cancelling', () => {
  it('refunds and restocks a confirmed order', async () => {
    const { id } = await orders.placeOne();
    await orders.waitFor(id, { status: 'CONFIRMED' });
    expect(await orders.cancel(id, 1)).toMatchObject({ error: { code: 'SERVICE_TIMEOUT' } });
    expect(await orders.get(id)).toMatchObject({ status: 'CONFIRMED', cancelling: false });
    expect(await orders.cancel(id)).toMatchObject({ ok: true, value: { cancelling: true } });
    await orders.waitFor(id, { status: 'CANCELLED', reason: 'CANCELLED_BY_CUSTOMER', cancelling: false });
    expect(orders.participants.subjectsFor(id)).toEqual(
      expect.arrayContaining(['cmd.payments.refund-payment', 'cmd.inventory.restock-order']),
    );
    expect(await orders.cancel(id)).toMatchObject({ ok: true, value: { status: 'CANCELLED' } });
  });

  it('during the checkout starts when the checkout completes', async () => {
    orders.participants.answer(commitStock, behaviours.staysSilent);
    const { id } = await orders.placeOne();
    await orders.waitFor(id, { status: 'CONFIRMED' });
    expect(await orders.cancel(id)).toMatchObject({ ok: true });
    expect(await orders.cancel(id)).toMatchObject({ ok: true });
    expect(orders.participants.subjectsFor(id)).not.toContain('cmd.payments.refund-payment');
    orders.participants.behaveAgain();
    await orders.passDeadlines(id);
    await orders.waitFor(id, { status: 'CANCELLED' });
    const refunds = orders.participants.subjectsFor(id).filter((s) => s === 'cmd.payments.refund-payment');
    expect(refunds).toHaveLength(1);
  });

  it("is refused for a rejected order, and for another customer's order", async () => {
    orders.participants.answer(reserveStock, behaviours.isSoldOut);
    const { id } = await orders.placeOne();
    await orders.waitFor(id, { status: 'REJECTED' });
    expect(await orders.cancel(id)).toMatchObject({ error: { code: 'ORDER_NOT_CANCELLABLE' } });
    const foreign = await orders.place([{ sku: 'MUG', quantity: 1 }], { customerId: 'bob' });
    expect(await orders.cancel(foreign.ok ? foreign.value.id : '')).toMatchObject({
      error: { code: 'ORDER_NOT_FOUND' },
    });
  });
});
