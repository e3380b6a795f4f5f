import { SagaTester } from '@doorbuster/saga/testing';
import { describe, expect, it } from 'vitest';
import { cancellationSaga } from '../../src/checkout/cancellation.saga.js';
import { checkoutSaga } from '../../src/checkout/checkout.saga.js';
import { SAGA_DATA } from './newest-checkout.js';

const data = SAGA_DATA;
const checkout = () => new SagaTester(checkoutSaga, data).start();
const reserved = () => checkout().succeed('reserve-stock');
const confirmed = () => reserved().succeed('authorise-payment');

describe('a checkout', () => {
  it('reserves, authorises, confirms, then commits and captures at once', () => {
    const saga = checkout().expectSent('reserve-stock').expectDecided('acceptOrder');
    expect(saga.commands[0]).toMatchObject({
      contract: { subject: 'cmd.inventory.reserve-stock' },
      data: { orderId: data.orderId, lines: data.lines },
    });
    saga.succeed('reserve-stock').expectSent('authorise-payment');
    expect(saga.commands[0]?.data).toEqual({
      orderId: data.orderId,
      amount: data.total,
      method: data.method,
    });
    expect(saga.pivotsPassed).toBe(0);
    saga
      .succeed('authorise-payment')
      .expectSent('commit-stock', 'capture-payment')
      .expectDecided('confirmOrder');
    expect(saga.pivotsPassed).toBe(1);
    saga
      .succeed('capture-payment', 'commit-stock')
      .expectCompleted()
      .expectDecided('startRequestedCancellation');
  });
});

describe('a checkout whose participant refuses', () => {
  it('to reserve: rolls back with nothing to undo', () => {
    const saga = checkout().refuse('reserve-stock', 'OUT_OF_STOCK');
    saga.expectSent().expectRolledBack('OUT_OF_STOCK').expectDecided('rejectOrCancelOrder');
  });

  it('to authorise: releases the stock', () => {
    const saga = reserved().refuse('authorise-payment', 'PAYMENT_DECLINED: card_declined');
    saga.expectSent('release-stock');
    saga.succeed('release-stock').expectRolledBack('PAYMENT_DECLINED: card_declined');
    expect(saga.pivotsPassed).toBe(0);
  });

  it('to commit an expired reservation: refunds', () => {
    const saga = confirmed().refuse('commit-stock', 'RESERVATION_EXPIRED');
    saga.expectSent();
    saga.succeed('capture-payment').expectSent('refund-payment');
    saga.succeed('refund-payment').expectSent('void-payment');
    saga.succeed('void-payment').expectSent('release-stock');
    saga.succeed('release-stock').expectRolledBack('RESERVATION_EXPIRED');
  });

  it('to capture: restocks', () => {
    const saga = confirmed().refuse('capture-payment', 'AUTHORISATION_EXPIRED').succeed('commit-stock');
    saga.expectSent('restock-order');
    saga.succeed('restock-order', 'void-payment', 'release-stock');
    saga.expectRolledBack();
  });

  it('both to commit and to capture: voids and releases', () => {
    const saga = confirmed().refuse('capture-payment').refuse('commit-stock');
    saga.expectSent('void-payment');
    saga.succeed('void-payment', 'release-stock').expectRolledBack();
  });
});

describe('a checkout that loses a reply', () => {
  it.each([
    ['reserve-stock', checkout],
    ['authorise-payment', reserved],
    ['commit-stock', confirmed],
    ['capture-payment', confirmed],
  ])('to %s: sends it again, and accepts a late first reply', (step, given) => {
    const saga = given().passDeadline();
    expect(saga.sent).toContain(step);
    expect(saga.succeed(step).waitingFor).not.toContain(step);
    saga.succeed(step).expectSent();
  });

  it.each([
    ['release-stock', () => reserved().refuse('authorise-payment')],
    ['void-payment', () => reserved().loseEveryReplyTo('authorise-payment')],
    ['refund-payment', () => confirmed().refuse('commit-stock').succeed('capture-payment')],
    ['restock-order', () => confirmed().refuse('capture-payment').succeed('commit-stock')],
  ])('to %s: sends it again', (step, given) => {
    given().passDeadline().expectSent(step);
  });
});

describe('a checkout without a reply', () => {
  it('to reserve-stock: releases', () => {
    const saga = checkout().loseEveryReplyTo('reserve-stock');
    saga.expectSent('release-stock');
    saga.succeed('release-stock').expectRolledBack('STOCK_TIMEOUT');
  });

  it('to authorise-payment: voids and releases', () => {
    const saga = reserved().loseEveryReplyTo('authorise-payment');
    saga.expectSent('void-payment');
    saga.succeed('void-payment').expectSent('release-stock');
    saga.succeed('release-stock').expectRolledBack('PAYMENT_TIMEOUT');
  });

  it.each(['commit-stock', 'capture-payment'])('to %s: stalls, and goes on when retried', (step) => {
    const other = step === 'commit-stock' ? 'capture-payment' : 'commit-stock';
    const saga = confirmed().succeed(other).loseEveryReplyTo(step);
    saga.expectStalled(step);
    saga.retry().expectSent(step);
    saga.succeed(step).expectCompleted();
  });

  it.each([
    ['release-stock', () => reserved().refuse('authorise-payment')],
    ['void-payment', () => reserved().loseEveryReplyTo('authorise-payment')],
    ['refund-payment', () => confirmed().refuse('commit-stock').succeed('capture-payment')],
    ['restock-order', () => confirmed().refuse('capture-payment').succeed('commit-stock')],
  ])('to %s: stalls, and goes on when retried', (step, given) => {
    const saga = given().loseEveryReplyTo(step);
    saga.expectStalled(step);
    saga.retry().expectSent(step);
  });
});

describe('a cancellation', () => {
  const cancellation = () => new SagaTester(cancellationSaga, data).start();

  it('refunds and restocks in parallel', () => {
    const saga = cancellation();
    saga.expectSent('refund-payment', 'restock-order');
    saga.succeed('restock-order', 'refund-payment').expectCompleted();
  });

  it.each(['refund-payment', 'restock-order'])('sends %s again, then stalls', (step) => {
    const saga = cancellation().passDeadline();
    expect(saga.sent).toContain(step);
    saga.loseEveryReplyTo(step).expectStalled('refund-payment', 'restock-order');
  });

  it('cancels the order once both are done', () => {
    const saga = cancellation().expectDecided();
    saga.succeed('refund-payment', 'restock-order').expectDecided('rejectOrCancelOrder');
  });
});
