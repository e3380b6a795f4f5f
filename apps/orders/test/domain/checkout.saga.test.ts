import { SagaOnPaper } from '@doorbuster/saga/testing';
import { describe, expect, it } from 'vitest';
import { cancellationSaga } from '../../src/domain/cancellation.saga.js';
import { checkoutSaga } from '../../src/domain/checkout.saga.js';
import type { OrderSagaData } from '../../src/domain/order-saga.js';

const data: OrderSagaData = {
  orderId: '01a0b1c2-0000-7000-8000-000000000001',
  lines: [{ sku: 'MUG', quantity: 2 }],
  total: { amount: 1_998, currency: 'USD' },
  method: 'pm_card_visa',
  traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
};
const checkout = () => new SagaOnPaper(checkoutSaga, data).start();
const reserved = () => checkout().succeed('reserve-stock');
const confirmed = () => reserved().succeed('authorise-payment');

describe('a checkout', () => {
  it('reserves, authorises, confirms, then commits and captures at once', () => {
    const saga = checkout();
    expect(saga.sent).toEqual(['reserve-stock']);
    expect(saga.commands[0]).toMatchObject({
      contract: { subject: 'cmd.inventory.reserve-stock' },
      data: { orderId: data.orderId, lines: data.lines },
    });
    expect(saga.succeed('reserve-stock').sent).toEqual(['authorise-payment']);
    expect(saga.commands[0]?.data).toEqual({
      orderId: data.orderId,
      amount: data.total,
      method: data.method,
    });
    expect(saga.pivotsPassed).toBe(0);
    expect(saga.succeed('authorise-payment').sent).toEqual(['commit-stock', 'capture-payment']);
    expect(saga.pivotsPassed).toBe(1);
    expect(saga.succeed('capture-payment', 'commit-stock').state).toBe('COMPLETED');
  });

  it('every command it can send fits its contract', () => {
    for (const stage of checkoutSaga.stages) {
      for (const step of 'pivot' in stage ? [] : stage) {
        for (const action of step.compensation ? [step, step.compensation] : [step]) {
          const { contract, data: sent } = action.command(data);
          expect(contract.schema.safeParse(sent).success, action.name).toBe(true);
          expect(contract.subject).toMatch(new RegExp(`\\.${action.name}$`));
        }
      }
    }
  });
});

describe('a checkout whose participant refuses', () => {
  it('to reserve: ends at once, nothing to undo', () => {
    const saga = checkout().refuse('reserve-stock', 'OUT_OF_STOCK');
    expect(saga.sent).toEqual([]);
    expect(saga.instance).toMatchObject({ state: 'COMPENSATED', reason: 'OUT_OF_STOCK' });
  });

  it('to authorise: releases the stock', () => {
    const saga = reserved().refuse('authorise-payment', 'PAYMENT_DECLINED: card_declined');
    expect(saga.sent).toEqual(['release-stock']);
    expect(saga.succeed('release-stock').instance).toMatchObject({
      state: 'COMPENSATED',
      reason: 'PAYMENT_DECLINED: card_declined',
    });
    expect(saga.pivotsPassed).toBe(0);
  });

  it('to commit an expired reservation: gives the money back', () => {
    const saga = confirmed().refuse('commit-stock', 'RESERVATION_EXPIRED');
    expect(saga.sent).toEqual([]);
    expect(saga.succeed('capture-payment').sent).toEqual(['refund-payment']);
    expect(saga.succeed('refund-payment').sent).toEqual(['void-payment']);
    expect(saga.succeed('void-payment').sent).toEqual(['release-stock']);
    expect(saga.succeed('release-stock').instance).toMatchObject({
      state: 'COMPENSATED',
      reason: 'RESERVATION_EXPIRED',
    });
  });

  it('to capture: takes the goods back', () => {
    const saga = confirmed().refuse('capture-payment', 'AUTHORISATION_EXPIRED').succeed('commit-stock');
    expect(saga.sent).toEqual(['restock-order']);
    saga.succeed('restock-order', 'void-payment', 'release-stock');
    expect(saga.state).toBe('COMPENSATED');
  });

  it('both to commit and to capture: lets the hold and the reservation go', () => {
    const saga = confirmed().refuse('capture-payment').refuse('commit-stock');
    expect(saga.sent).toEqual(['void-payment']);
    expect(saga.succeed('void-payment', 'release-stock').state).toBe('COMPENSATED');
  });
});

describe('a checkout that loses a reply', () => {
  it.each([
    ['reserve-stock', checkout],
    ['authorise-payment', reserved],
    ['commit-stock', confirmed],
    ['capture-payment', confirmed],
  ])('to %s: asks again, and a late first answer counts', (step, given) => {
    const saga = given().passDeadline();
    expect(saga.sent).toContain(step);
    expect(saga.succeed(step).waitingFor).not.toContain(step);
    expect(saga.succeed(step).sent).toEqual([]);
  });

  it.each([
    ['release-stock', () => reserved().refuse('authorise-payment')],
    ['void-payment', () => reserved().loseEveryReplyTo('authorise-payment')],
    ['refund-payment', () => confirmed().refuse('commit-stock').succeed('capture-payment')],
    ['restock-order', () => confirmed().refuse('capture-payment').succeed('commit-stock')],
  ])('to %s: asks again', (step, given) => {
    expect(given().passDeadline().sent).toEqual([step]);
  });
});

describe('a checkout whose participant stays silent', () => {
  it('on reserve-stock: releases and rejects', () => {
    const saga = checkout().loseEveryReplyTo('reserve-stock');
    expect(saga.sent).toEqual(['release-stock']);
    expect(saga.succeed('release-stock').instance).toMatchObject({
      state: 'COMPENSATED',
      reason: 'STOCK_TIMEOUT',
    });
  });

  it('on authorise-payment: voids, releases and rejects', () => {
    const saga = reserved().loseEveryReplyTo('authorise-payment');
    expect(saga.sent).toEqual(['void-payment']);
    expect(saga.succeed('void-payment').sent).toEqual(['release-stock']);
    expect(saga.succeed('release-stock').instance).toMatchObject({
      state: 'COMPENSATED',
      reason: 'PAYMENT_TIMEOUT',
    });
  });

  it.each(['commit-stock', 'capture-payment'])('on %s: parks, goes on when retried', (step) => {
    const other = step === 'commit-stock' ? 'capture-payment' : 'commit-stock';
    const saga = confirmed().succeed(other).loseEveryReplyTo(step);
    expect(saga.state).toBe('STALLED');
    expect(saga.retry().sent).toEqual([step]);
    expect(saga.succeed(step).state).toBe('COMPLETED');
  });

  it.each([
    ['release-stock', () => reserved().refuse('authorise-payment')],
    ['void-payment', () => reserved().loseEveryReplyTo('authorise-payment')],
    ['refund-payment', () => confirmed().refuse('commit-stock').succeed('capture-payment')],
    ['restock-order', () => confirmed().refuse('capture-payment').succeed('commit-stock')],
  ])('on %s: parks, goes on when retried', (step, given) => {
    const saga = given().loseEveryReplyTo(step);
    expect(saga.state).toBe('STALLED');
    expect(saga.retry().sent).toEqual([step]);
  });
});

describe('a cancellation', () => {
  const cancellation = () => new SagaOnPaper(cancellationSaga, data).start();

  it('refunds and restocks at once', () => {
    const saga = cancellation();
    expect(saga.sent).toEqual(['refund-payment', 'restock-order']);
    expect(saga.succeed('restock-order', 'refund-payment').state).toBe('COMPLETED');
  });

  it.each(['refund-payment', 'restock-order'])('goes on asking for %s, then parks', (step) => {
    const saga = cancellation().passDeadline();
    expect(saga.sent).toContain(step);
    expect(saga.loseEveryReplyTo(step).state).toBe('STALLED');
  });
});
