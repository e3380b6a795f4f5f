import { randomUUID } from 'node:crypto';
import { capturePayment, refundPayment, voidPayment } from '@doorbuster/contracts';
import type { OutgoingEvent } from '@doorbuster/messaging';
import { sagaCommand } from '@doorbuster/service/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { authorisation, startPayments, type PaymentsUnderTest } from './payments-under-test.js';

let payments: PaymentsUnderTest;
beforeAll(async () => {
  payments = await startPayments();
});
afterAll(() => payments.stop());

describe('authorise, capture, refund', () => {
  it.each(['pm_card_visa', 'pm_sim_flaky', 'pm_sim_capture_fails_once'])(
    'with %s charges and refunds once',
    async (method) => {
      const { orderId, answer } = await payments.authorise(method);
      expect(answer).toEqual({ name: 'payment-authorised' });
      expect(await payments.run(sagaCommand(capturePayment, { orderId }))).toEqual({
        name: 'payment-captured',
      });
      expect(await payments.book(orderId)).toMatchObject({ charges: 1, refunds: 0 });
      expect(await payments.run(sagaCommand(refundPayment, { orderId }))).toEqual({
        name: 'payment-refunded',
      });
      expect(await payments.book(orderId)).toMatchObject({ charges: 1, refunds: 1 });
      expect(await payments.row(orderId)).toMatchObject({
        status: 'REFUNDED',
        captured: 1999,
        refunded: 1999,
        next_attempt_at: null,
      });
    },
  );

  it.each([
    ['pm_card_chargeDeclined', 'card_declined'],
    ['pm_card_chargeDeclinedInsufficientFunds', 'insufficient_funds'],
    ['pm_of_nobody', 'unknown_payment_method'],
  ])('%s is declined with %s', async (method, reason) => {
    const { orderId, answer } = await payments.authorise(method);
    expect(answer).toEqual({ name: 'payment-declined', reason: `PAYMENT_DECLINED: ${reason}` });
    expect(await payments.row(orderId)).toMatchObject({ status: 'DECLINED', next_attempt_at: null });
  });

  it('a provider that never answers leads to a decline after the last attempt, and nothing stays held', async () => {
    const { orderId, answer } = await payments.authorise('pm_sim_timeout');
    expect(answer).toEqual({ name: 'payment-declined', reason: 'PAYMENT_TIMEOUT' });
    await payments.status(orderId, 'VOIDED');
    expect(await payments.book(orderId)).toMatchObject({ status: 'voided', charges: 0 });
  });
});

it('a payment is stored with its outcome when the provider answers at once', async () => {
  const { orderId } = await payments.authorise();
  const [row] = await payments.query<{ isFirstVersion: boolean }>(
    'select created_at = updated_at as "isFirstVersion" from payments where order_id = $1',
    [orderId],
  );
  expect(row).toEqual({ isFirstVersion: true });
});

describe('a command that is delivered twice', () => {
  it('gets two replies and runs once', async () => {
    const orderId = randomUUID();
    const twice = async (make: () => OutgoingEvent, answer: string): Promise<void> => {
      const [first, second] = [make(), make()];
      await payments.publish(first);
      expect(await payments.result(first)).toEqual({ name: answer });
      await payments.publish(second, second);
      expect(await payments.result(second)).toEqual({ name: answer });
    };
    await twice(() => authorisation(orderId), 'payment-authorised');
    await twice(() => sagaCommand(capturePayment, { orderId }), 'payment-captured');
    await twice(() => sagaCommand(refundPayment, { orderId }), 'payment-refunded');
    expect(await payments.book(orderId)).toMatchObject({ charges: 1, refunds: 1 });
  });

  it('in one batch gets one reply, to the latest command of its kind', async () => {
    const orderId = randomUUID();
    const [first, second] = [authorisation(orderId), authorisation(orderId)];
    await payments.publish(first, second);
    expect(await payments.result(second)).toEqual({ name: 'payment-authorised' });
    expect(payments.receivedFor(orderId)).toHaveLength(1);
  });
});

describe('void', () => {
  it('before the authorisation refuses it, also at the provider', async () => {
    const orderId = randomUUID();
    expect(await payments.run(sagaCommand(voidPayment, { orderId }))).toEqual({
      name: 'payment-voided',
    });
    expect(await payments.run(authorisation(orderId))).toEqual({
      name: 'payment-declined',
      reason: 'ALREADY_VOIDED',
    });
    expect(await payments.book(orderId)).toMatchObject({ status: 'voided' });
  });

  it('while authorising cancels by our key, without the outcome of the authorisation', async () => {
    const orderId = randomUUID();
    const command = authorisation(orderId, 'pm_sim_timeout');
    await payments.publish(command);
    await payments.status(orderId, 'AUTHORISING');
    expect(await payments.run(sagaCommand(voidPayment, { orderId }))).toEqual({
      name: 'payment-voided',
    });
    expect(await payments.result(command)).toEqual({
      name: 'payment-declined',
      reason: 'ALREADY_VOIDED',
    });
    expect(await payments.book(orderId)).toMatchObject({ status: 'voided', charges: 0 });
  });

  it('of an authorised payment releases the money', async () => {
    const { orderId } = await payments.authorise();
    expect(await payments.book(orderId)).toBeUndefined();
    await payments.run(sagaCommand(voidPayment, { orderId }));
    expect(await payments.book(orderId)).toMatchObject({ status: 'voided' });
  });
});

describe('a poison message', () => {
  it('becomes a dead letter, and the other commands of the batch are handled', async () => {
    const [good, poisoned] = [randomUUID(), randomUUID()];
    const poison = authorisation(poisoned);
    poison.event.data = {
      orderId: poisoned,
      amount: { amount: 'much', currency: 'USD' },
      method: 'pm_card_visa',
    };
    const neighbour = authorisation(good);
    await payments.publish(poison, neighbour);
    expect(await payments.result(neighbour)).toEqual({ name: 'payment-authorised' });
    const [letter] = await payments.deadLettersWith(poisoned);
    expect(letter?.error).toContain('amount');
    expect(await payments.row(poisoned)).toBeUndefined();
  });

  it('that is not a batch becomes a dead letter', async () => {
    const mark = randomUUID();
    await payments.publishRaw(voidPayment.subject, `not json ${mark}`);
    expect(await payments.deadLettersWith(mark)).toHaveLength(1);
  });

  it('such as a void of a captured payment becomes a dead letter, and no money moves', async () => {
    const { orderId } = await payments.authorise();
    await payments.run(sagaCommand(capturePayment, { orderId }));
    await payments.publish(sagaCommand(voidPayment, { orderId }));
    const [letter] = await payments.deadLettersWith(orderId);
    expect(letter?.error).toContain('CAPTURED cannot take "void"');
    expect(await payments.book(orderId)).toMatchObject({ charges: 1, refunds: 0 });
  });
});
