import { eventuallyPasses } from '@doorbuster/embedded/testing';
import { authorisePayment, reserveStock, stockReserved, type MessageContract } from '@doorbuster/contracts';
import { replyTo, type OutgoingEvent } from '@doorbuster/messaging';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { newestCheckout } from './newest-checkout.js';
import { startOrders, type OrdersUnderTest } from '../orders-under-test.js';
import { behaviours } from '../participants.js';

let orders: OrdersUnderTest;
beforeAll(async () => {
  orders = await startOrders();
});
afterEach(() => orders.participants.behaveAgain());
afterAll(() => orders.stop());

const deadLettersOf = (orderId: string) =>
  orders.query<{ error: string }>(`select error from dead_letters where event->>'subject' = $1`, [orderId]);

/** Accepts an order that waits for the reply to this command, and gives that reply of another contract. */
async function waitingOrder(
  command: MessageContract,
  contract: typeof stockReserved,
): Promise<{ id: string; reply: OutgoingEvent }> {
  orders.participants.answer(command, behaviours.staysSilent);
  const { id } = await orders.placeOne();
  const received = () =>
    orders.participants.received.find(
      ({ subject, command: { subject: orderId } }) => subject === command.subject && orderId === id,
    );
  await eventuallyPasses(() => expect(received()).toBeDefined());
  const sent = received()?.command;
  if (!sent) throw new Error('no command');
  return {
    id,
    reply: replyTo(sent, contract, { orderId: id, expiresAt: new Date(Date.now() + 60_000).toISOString() }),
  };
}

it('a reply of a type that the pending step does not have becomes a dead letter, and the saga waits on', async () => {
  const { id, reply: wrong } = await waitingOrder(authorisePayment, stockReserved);
  const before = await orders.timeline(id);
  await orders.publish(wrong);
  await eventuallyPasses(async () => expect(await deadLettersOf(id)).toHaveLength(1));
  const [letter] = await deadLettersOf(id);
  expect(letter?.error).toContain(
    `step authorise-payment of saga checkout v${newestCheckout.version} expects doorbuster.payments.payment-authorised.v1 or ` +
      'doorbuster.payments.payment-declined.v1, and got doorbuster.inventory.stock-reserved.v1',
  );
  expect(await orders.timeline(id)).toEqual(before);
  orders.participants.behaveAgain();
  await orders.passDeadlines(id);
  await orders.waitFor(id, { status: 'CONFIRMED' });
});

it('other replies of the same batch are applied', async () => {
  const { id, reply: wrong } = await waitingOrder(authorisePayment, stockReserved);
  const others = await Promise.all(
    Array.from({ length: 3 }, () => waitingOrder(reserveStock, stockReserved)),
  );
  await orders.participants.sendInOneMessage([wrong, ...others.map(({ reply }) => reply)]);
  for (const other of others) {
    await eventuallyPasses(() =>
      expect(orders.participants.subjectsFor(other.id)).toContain(authorisePayment.subject),
    );
  }
  await eventuallyPasses(async () => expect(await deadLettersOf(id)).toHaveLength(1));
});

it('a late duplicate of a reply changes nothing, and is no dead letter', async () => {
  const { id, reply } = await waitingOrder(reserveStock, stockReserved);
  orders.participants.behaveAgain();
  await orders.publish(reply);
  await orders.waitFor(id, { status: 'CONFIRMED' });
  await eventuallyPasses(async () => expect(await orders.sagaState(id)).toBe('COMPLETED'));
  const before = await orders.timeline(id);
  await orders.publish(reply);
  const { id: next } = await orders.placeOne();
  await orders.waitFor(next, { status: 'CONFIRMED' });
  expect(await orders.timeline(id)).toEqual(before);
  expect(await deadLettersOf(id)).toEqual([]);
});
