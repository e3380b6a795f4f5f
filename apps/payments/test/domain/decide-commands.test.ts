import { describe, expect, it } from 'vitest';
import { PaymentMismatchError } from '../../src/domain/decide-commands.js';
import { IllegalTransitionError } from '../../src/domain/payment-status.js';
import { command, LEASE_MS, ORDER_ID, PaymentOnPaper } from './payment-on-paper.js';

describe('a command that the provider must be asked for', () => {
  it('moves the payment, is due at once and is answered later', () => {
    const paper = new PaymentOnPaper();
    expect(paper.take('authorise')).toEqual([]);
    expect(paper.payment).toMatchObject({
      status: 'AUTHORISING',
      dueInMs: 0,
      amount: { amount: 1999, currency: 'USD' },
    });
  });

  it('sent again, starts nothing while the provider is being asked, and is answered as the latest', () => {
    const paper = new PaymentOnPaper();
    paper.take(command('authorise', 'first'));
    paper.ask();
    paper.take(command('authorise', 'second'));
    expect(paper.payment).toMatchObject({ attempts: 1, isBeingAsked: true, dueInMs: LEASE_MS });
    paper.learn({ kind: 'authorised', reference: 'ref' });
    expect(paper.answers).toEqual([
      { orderId: ORDER_ID, to: { traceparent: 'second' }, verdict: { kind: 'authorised' } },
    ]);
  });

  it('sent again during a back-off, is tried at once', () => {
    const paper = PaymentOnPaper.authorised();
    paper.take('capture');
    paper.ask();
    paper.learn({ kind: 'unknown', error: new Error('503') });
    expect(paper.payment.dueInMs).toBeGreaterThan(0);
    paper.take('capture');
    expect(paper.payment).toMatchObject({ status: 'CAPTURING', dueInMs: 0, attempts: 1 });
  });
});

describe('a command whose answer is known', () => {
  it('is answered on the spot and writes nothing', () => {
    const paper = PaymentOnPaper.captured();
    const { writes } = paper;
    expect(paper.take('authorise', 'capture', 'capture')).toEqual([
      { kind: 'authorised' },
      { kind: 'captured' },
      { kind: 'captured' },
    ]);
    expect(paper.writes).toBe(writes);
  });

  it('gets the refusal again that it got first', () => {
    const paper = new PaymentOnPaper();
    paper.take('authorise');
    const first = paper.learn({ kind: 'declined', reason: 'insufficient_funds' });
    expect(first).toEqual([{ kind: 'declined', reason: 'PAYMENT_DECLINED: insufficient_funds' }]);
    expect(paper.take('authorise')).toEqual(first);
  });

  it.each(['void', 'refund'] as const)('of a declined payment, a %s is done already', (kind) => {
    const paper = new PaymentOnPaper();
    paper.take('authorise');
    paper.learn({ kind: 'declined', reason: 'card_declined' });
    expect(paper.take(kind)).toEqual([{ kind: kind === 'void' ? 'voided' : 'refunded' }]);
  });
});

describe('void', () => {
  it('before the authorisation leaves a tombstone that refuses it', () => {
    const paper = new PaymentOnPaper();
    expect(paper.take('void')).toEqual([{ kind: 'voided' }]);
    expect(paper.take('authorise')).toEqual([{ kind: 'declined', reason: 'ALREADY_VOIDED' }]);
    expect(paper.payment).toMatchObject({ status: 'VOIDED', dueInMs: null });
  });

  it('in the same batch as the authorisation never lets the provider be asked for the money', () => {
    const paper = new PaymentOnPaper();
    expect(paper.take('authorise', 'void')).toEqual([{ kind: 'declined', reason: 'ALREADY_VOIDED' }]);
    expect(paper.ask()).toBe('void');
    expect(paper.writes).toBe(1);
  });

  it('while authorising answers the authorisation, cancels by our own key, and outlives a late result', () => {
    const paper = new PaymentOnPaper();
    paper.take('authorise');
    paper.ask();
    expect(paper.take('void')).toEqual([{ kind: 'declined', reason: 'ALREADY_VOIDED' }]);
    expect(paper.learn({ kind: 'authorised', reference: 'late' }, 'authorise')).toEqual([]);
    expect(paper.payment.status).toBe('VOIDING');
    expect(paper.learn({ kind: 'voided' })).toEqual([{ kind: 'voided' }]);
  });

  it.each(['CAPTURING', 'CAPTURED'])('of a payment that is %s is illegal', (status) => {
    const paper = status === 'CAPTURED' ? PaymentOnPaper.captured() : PaymentOnPaper.authorised();
    if (status === 'CAPTURING') paper.take('capture');
    expect(() => paper.take('void')).toThrow(IllegalTransitionError);
    expect(paper.payment.status).toBe(status);
  });
});

describe('refund', () => {
  it('gives back what was captured, once', () => {
    const paper = PaymentOnPaper.captured();
    expect(paper.take('refund', 'refund')).toEqual([]);
    expect(paper.ask()).toBe('refund');
    expect(paper.learn({ kind: 'refunded' })).toEqual([{ kind: 'refunded' }]);
    expect(paper.payment).toMatchObject({ status: 'REFUNDED', capturedAmount: 1999, refundedAmount: 1999 });
    expect(paper.take('refund')).toEqual([{ kind: 'refunded' }]);
  });

  it('of what is only held lets the hold go, and a late capture is refused', () => {
    const paper = PaymentOnPaper.authorised();
    paper.take('refund');
    expect(paper.ask()).toBe('void');
    expect(paper.take('capture')).toEqual([{ kind: 'captureRefused', reason: 'ALREADY_VOIDED' }]);
    expect(paper.learn({ kind: 'voided' })).toEqual([{ kind: 'refunded' }]);
  });

  it('during a capture waits for it, and both are answered', () => {
    const paper = PaymentOnPaper.authorised();
    paper.take('capture', 'refund');
    expect(paper.ask()).toBe('capture');
    expect(paper.learn({ kind: 'captured' })).toEqual([{ kind: 'captured' }]);
    expect(paper.ask()).toBe('refund');
    expect(paper.learn({ kind: 'refunded' })).toEqual([{ kind: 'refunded' }]);
  });
});

describe('a command that makes no sense', () => {
  it.each([[[]], [['authorise']]] as const)('a capture after %j is illegal', (before) => {
    const paper = new PaymentOnPaper();
    paper.take(...before);
    expect(() => paper.take('capture')).toThrow(IllegalTransitionError);
  });

  it('an authorisation of another amount is not answered with the first', () => {
    const paper = PaymentOnPaper.authorised();
    const other = { ...command('authorise'), amount: { amount: 1, currency: 'USD' } };
    expect(() => paper.take(other)).toThrow(PaymentMismatchError);
  });
});
