import { eventuallyPasses } from '@doorbuster/embedded/testing';
import { findPlacedOrders, placeOrders, type PlacingOutcome } from '@doorbuster/contracts';
import type { QueryRunner } from 'typeorm';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { requestOf, startOrders, type OrdersUnderTest } from '../orders-under-test.js';

let orders: OrdersUnderTest;
beforeAll(async () => {
  orders = await startOrders();
});
afterAll(() => orders.stop());

const MUG = [{ sku: 'MUG', quantity: 1 }];
const place = (key: string, acceptBy?: number) =>
  orders.place(MUG, { key, ...(acceptBy !== undefined && { acceptBy }) });
const ordersOf = (key: string) => orders.query('select 1 from orders where idempotency_key = $1', [key]);

/** A transaction of another replica. It is rolled back after the test, unless the test ends it. */
const sessions: QueryRunner[] = [];
async function otherReplica(): Promise<QueryRunner> {
  const session = orders.database.createQueryRunner();
  sessions.push(session);
  await session.query('begin');
  return session;
}
afterEach(async () => {
  for (const session of sessions.splice(0)) {
    await session.query('rollback');
    await session.release();
  }
});

const insertOrder = (session: QueryRunner, key: string) =>
  session.query(
    `insert into orders (id, customer_id, idempotency_key, status, lines, total_amount, currency, payment_method,
                         created_at, updated_at)
     values (gen_random_uuid(), 'ann', $1, 'PENDING', '[]', 1, 'USD', 'x', now(), now())`,
    [key],
  );

describe('a request with an accept-by time', () => {
  it('is accepted in time', async () => {
    expect(await place('in-time', await orders.databaseTimeIn(5_000))).toMatchObject({ ok: true });
  });

  it.each([
    ['long before', -60_000],
    ['a moment before', -1],
    ['too short a time after', 200],
  ])('is refused when that time is %s it is handled', async (name, ms) => {
    const key = name.replaceAll(' ', '-');
    const reply = await place(key, await orders.databaseTimeIn(ms));
    expect(reply).toMatchObject({ ok: false, error: { code: 'SERVICE_TIMEOUT' } });
    expect(await ordersOf(key)).toEqual([]);
  });

  it('gets its order again, however late it is repeated', async () => {
    const first = await place('again', await orders.databaseTimeIn(5_000));
    expect(first).toMatchObject({ ok: true });
    expect(await place('again', await orders.databaseTimeIn(-60_000))).toEqual(first);
  });

  it('is not accepted by a transaction that waits for a lock until then; a request with more time is', async () => {
    const blocker = await otherReplica();
    await blocker.query('lock table sagas');
    const short = place('short', await orders.databaseTimeIn(700));
    const long = place('long', await orders.databaseTimeIn(8_000));
    expect(await short).toMatchObject({ ok: false, error: { code: 'SERVICE_TIMEOUT' } });
    await blocker.query('rollback');
    expect(await long).toMatchObject({ ok: true });
    expect(await ordersOf('short')).toEqual([]);
  });

  it('is not accepted when the lock is released just after that time', async () => {
    const blocker = await otherReplica();
    await blocker.query('lock table sagas');
    const acceptBy = await orders.databaseTimeIn(850);
    const answer = place('just-late', acceptBy);
    // Shorter than the lock timeout, so only the server's own limit ends the transaction.
    await eventuallyPasses(async () => expect(await orders.databaseTimeIn(0)).toBeGreaterThan(acceptBy));
    await blocker.query('rollback');
    expect(await answer).toMatchObject({ ok: false, error: { code: 'SERVICE_TIMEOUT' } });
    expect(await ordersOf('just-late')).toEqual([]);
  });
});

describe('a replica that hangs in the middle of a transaction', () => {
  it('delays its own request and no other', async () => {
    const hanging = await otherReplica();
    await hanging.query(`select pg_advisory_xact_lock(hashtextextended($1, 0))`, ['ann\nheld']);
    await insertOrder(hanging, 'held');
    let isAnswered = false;
    const held = place('held').finally(() => (isAnswered = true));
    const begun = performance.now();
    const others = await Promise.all(Array.from({ length: 20 }, (_, i) => place(`beside-${i}`)));
    expect(performance.now() - begun).toBeLessThan(1_000);
    expect(others.every(({ ok }) => ok)).toBe(true);
    expect(isAnswered).toBe(false);
    await hanging.query('rollback');
    expect(await held).toMatchObject({ ok: true });
  });

  it('commits its request, and a repetition finds the order', async () => {
    const hanging = await otherReplica();
    await hanging.query(`select pg_advisory_xact_lock(hashtextextended($1, 0))`, ['ann\nwon']);
    await insertOrder(hanging, 'won');
    const again = place('won');
    expect(await place('beside')).toMatchObject({ ok: true });
    await hanging.query('commit');
    // The earlier order with this key has other items, so the refusal is final.
    expect(await again).toMatchObject({ error: { code: 'IDEMPOTENCY_KEY_REUSED' } });
    expect(await ordersOf('won')).toHaveLength(1);
  });
});

describe('an RPC with several requests', () => {
  it('has a reply for each: one is accepted, another fails with its transaction', async () => {
    const other = await otherReplica();
    await other.query(`select pg_advisory_xact_lock(hashtextextended($1, 0))`, ['ann\nfailing']);
    const keys = ['accepted', 'failing'];
    const replies = orders.call(placeOrders, { requests: keys.map((key) => requestOf(MUG, { key })) });
    await eventuallyPasses(async () => expect(await ordersOf('accepted')).toHaveLength(1));
    // The transaction of the second request waits for this lock until its connection is ended.
    await other.query('commit; begin; lock table sagas');
    await eventuallyPasses(async () => expect(await cutWaitingIntake()).toBe(1));
    await other.query('rollback');
    expect(await replies).toMatchObject({
      ok: true,
      value: [{ ok: true }, { ok: false, error: { code: 'SERVICE_UNAVAILABLE' } }],
    });
    expect(await ordersOf('failing')).toEqual([]);
  });
});

async function cutWaitingIntake(): Promise<number> {
  const cut = await orders.query(
    `select pg_terminate_backend(pid) from pg_stat_activity
     where usename = current_user and wait_event_type = 'Lock' and query like 'insert into sagas%'`,
  );
  return cut.length;
}

describe('the outcome of a request', () => {
  const outcomeOf = async (key: string, acceptByInMs: number, items = MUG): Promise<PlacingOutcome> => {
    const acceptBy = await orders.databaseTimeIn(acceptByInMs);
    const reply = await orders.call(findPlacedOrders, { requests: [requestOf(items, { key, acceptBy })] });
    if (!reply.ok || !reply.value[0]) throw new Error('no outcome');
    return reply.value[0];
  };

  it('is its order, before and after its accept-by time', async () => {
    const placed = await place('placed');
    const again = { outcome: 'PLACED', reply: { ok: true, value: { id: placed.ok && placed.value.id } } };
    expect(await outcomeOf('placed', -1_000)).toMatchObject(again);
    expect(await outcomeOf('placed', 5_000)).toMatchObject(again);
  });

  it('is a refusal when another order has its key', async () => {
    await place('taken');
    const two = [{ sku: 'MUG', quantity: 2 }];
    expect(await outcomeOf('taken', -1_000, two)).toMatchObject({
      outcome: 'PLACED',
      reply: { error: { code: 'IDEMPOTENCY_KEY_REUSED' } },
    });
  });

  it('is OPEN before its accept-by time, and NONE after it', async () => {
    expect(await outcomeOf('never', 5_000)).toEqual({ outcome: 'OPEN' });
    await eventuallyPasses(async () => expect(await outcomeOf('never', -1_000)).toEqual({ outcome: 'NONE' }));
  });

  it('is OPEN while a transaction that began in time has not ended', async () => {
    const committing = await otherReplica();
    await insertOrder(committing, 'committing');
    const acceptBy = await orders.databaseTimeIn(50);
    const outcome = async () => {
      const requests = [requestOf(MUG, { key: 'committing', acceptBy })];
      const reply = await orders.call(findPlacedOrders, { requests });
      return reply.ok && reply.value[0]?.outcome;
    };
    await eventuallyPasses(async () => expect(await orders.databaseTimeIn(0)).toBeGreaterThan(acceptBy));
    expect(await outcome()).toBe('OPEN');
    await committing.query('commit');
    expect(await outcome()).toBe('PLACED');
  });
});
