import { eventuallyPasses } from '@doorbuster/embedded/testing';
import { authorisePayment, productChanged, reserveStock, stockReserved } from '@doorbuster/contracts';
import { newEvent, type CloudEvent } from '@doorbuster/messaging';
import { newTraceparent } from '@doorbuster/telemetry';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import type { OrderSagaDefinition } from '../src/checkout/order-decisions.js';
import { sagaDefinitions } from '../src/checkout/saga-definitions.js';
import { newestCheckout } from './checkout/newest-checkout.js';
import { startOrders, type OrdersUnderTest } from './orders-under-test.js';
import { behaviours } from './participants.js';

/** The next release sends `authorise-payment` up to nine times. */
const nextCheckout: OrderSagaDefinition = {
  ...newestCheckout,
  version: newestCheckout.version + 1,
  stages: newestCheckout.stages.map((stage) =>
    'name' in stage && stage.name === 'authorise-payment' ? { ...stage, attempts: 9 } : stage,
  ),
};

let orders: OrdersUnderTest;
beforeAll(async () => {
  orders = await startOrders();
  await orders.startReplica([...sagaDefinitions, nextCheckout]);
});
afterEach(() => orders.participants.behaveAgain());
afterAll(() => orders.stop());

const versionsOf = async (ids: string[]): Promise<Map<string, number>> => {
  const rows = await orders.query<{ id: string; version: number }>(
    'select id, version from sagas where id = any($1::uuid[])',
    [ids],
  );
  return new Map(rows.map(({ id, version }) => [id, version]));
};

/** Both replicas take requests, so each version starts soon. */
async function placeBothVersions(): Promise<string[]> {
  const ids: string[] = [];
  await eventuallyPasses(async () => {
    ids.push((await orders.placeOne()).id);
    expect(new Set((await versionsOf(ids)).values()).size).toBe(2);
  });
  return ids;
}

it('sagas of both versions end, whichever replica gets their replies', async () => {
  const ids = [...(await placeBothVersions()), ...(await placeBothVersions())];
  for (const id of ids) {
    await orders.waitFor(id, { status: 'CONFIRMED' });
    await eventuallyPasses(async () => expect(await orders.sagaState(id)).toBe('COMPLETED'));
  }
  expect(await orders.query('select * from dead_letters')).toEqual([]);
});

it("only a replica that has its version applies an overdue saga's timeout", async () => {
  orders.participants.answer(authorisePayment, behaviours.staysSilent);
  const ids = await placeBothVersions();
  const asked = (id: string) =>
    orders.participants.subjectsFor(id).filter((subject) => subject === authorisePayment.subject).length;
  for (const attempt of [1, 2, 3]) {
    for (const id of ids) await eventuallyPasses(() => expect(asked(id)).toBe(attempt));
    for (const id of ids) await orders.passDeadlines(id);
  }
  for (const [id, version] of await versionsOf(ids)) {
    if (version === newestCheckout.version)
      await orders.waitFor(id, { status: 'REJECTED', reason: 'PAYMENT_TIMEOUT' });
    else await eventuallyPasses(() => expect(asked(id)).toBe(4));
  }
});

it('fields that a newer release adds to a reply or an event are ignored', async () => {
  const withMore = (command: CloudEvent) => {
    const reply = behaviours.reserves(command);
    if (!reply) return undefined;
    return { ...reply, event: { ...reply.event, data: { ...(reply.event.data as object), shelf: 'B7' } } };
  };
  orders.participants.answer(reserveStock, withMore);
  const price = { amount: 500, currency: 'USD', taxIncluded: true };
  const data = {
    sku: 'PEN',
    version: 1,
    name: 'PEN',
    description: '',
    category: 'test',
    price,
    colour: 'blue',
  };
  await orders.publish(newEvent(productChanged, { subject: 'PEN', data, traceparent: newTraceparent() }));
  await eventuallyPasses(async () =>
    expect(await orders.query(`select amount from prices where sku = 'PEN'`)).toEqual([{ amount: 500 }]),
  );
  const { id } = await orders.placeOne();
  await orders.waitFor(id, { status: 'CONFIRMED' });
});

it('a reply of an unknown version becomes a dead letter, and the saga sends the command again', async () => {
  const unknown = { ...stockReserved, type: 'doorbuster.inventory.stock-reserved.v2' };
  orders.participants.answer(reserveStock, (command) => {
    orders.participants.behaveAgain();
    const reply = behaviours.reserves(command);
    return reply && { ...reply, event: { ...reply.event, type: unknown.type } };
  });
  const { id } = await orders.placeOne();
  const letters = () =>
    orders.query<{ error: string }>(`select error from dead_letters where event->>'subject' = $1`, [id]);
  await eventuallyPasses(async () => expect((await letters()).length).toBe(1));
  expect((await letters())[0]?.error).toContain(`does not know ${unknown.type}`);
  await orders.passDeadlines(id);
  await orders.waitFor(id, { status: 'CONFIRMED' });
});
