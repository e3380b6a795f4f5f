import { describe, expect, it } from 'vitest';
import { PaymentMismatchError } from '../../src/payments/domain/decide-payments.js';
import { IllegalPaymentTransitionError } from '../../src/payments/domain/payment.state-machine.js';
import { command, LEASE_MS, ORDER_ID, PaymentTester } from './payment-tester.js';

describe('a command that needs the provider', () => {
  it('changes the status, is due at once and gets its reply later', () => {
    const tester = new PaymentTester();
    expect(tester.send('authorise')).toEqual([]);
    expect(tester.payment).toMatchObject({
      status: 'AUTHORISING',
      dueInMs: 0,
      amount: { amount: 1999, currency: 'USD' },
    });
  });

  it('repeated during a call, starts nothing and receives the only reply', () => {
    const tester = new PaymentTester();
    tester.send(command('authorise', 'first'));
    tester.call();
    tester.send(command('authorise', 'second'));
    expect(tester.payment).toMatchObject({ attempts: 1, isLeased: true, dueInMs: LEASE_MS });
    tester.receive({ kind: 'authorised', reference: 'ref' });
    expect(tester.replies).toEqual([
      { orderId: ORDER_ID, replyTo: { traceparent: 'second' }, outcome: { kind: 'authorised' } },
    ]);
  });

  it('repeated during a back-off, is due at once', () => {
    const tester = PaymentTester.authorised();
    tester.send('capture');
    tester.call();
    tester.receive({ kind: 'unknown', error: new Error('503') });
    expect(tester.payment.dueInMs).toBeGreaterThan(0);
    tester.send('capture');
    expect(tester.payment).toMatchObject({ status: 'CAPTURING', dueInMs: 0, attempts: 1 });
  });
});

describe('a command with a known outcome', () => {
  it('gets its reply at once and saves nothing', () => {
    const tester = PaymentTester.captured();
    const { saves } = tester;
    expect(tester.send('authorise', 'capture', 'capture')).toEqual([
      { kind: 'authorised' },
      { kind: 'captured' },
      { kind: 'captured' },
    ]);
    expect(tester.saves).toBe(saves);
  });

  it('gets the same refusal again', () => {
    const tester = new PaymentTester();
    tester.send('authorise');
    const first = tester.receive({ kind: 'declined', reason: 'insufficient_funds' });
    expect(first).toEqual([{ kind: 'declined', reason: 'PAYMENT_DECLINED: insufficient_funds' }]);
    expect(tester.send('authorise')).toEqual(first);
  });

  it.each(['void', 'refund'] as const)('%s of a declined payment succeeds at once', (kind) => {
    const tester = new PaymentTester();
    tester.send('authorise');
    tester.receive({ kind: 'declined', reason: 'card_declined' });
    expect(tester.send(kind)).toEqual([{ kind: kind === 'void' ? 'voided' : 'refunded' }]);
  });
});

describe('void', () => {
  it('before the authorisation asks the provider, and leaves a tombstone that refuses it', () => {
    const tester = new PaymentTester();
    expect(tester.send('void')).toEqual([]);
    expect(tester.call()).toBe('void');
    expect(tester.receive({ kind: 'voided' })).toEqual([{ kind: 'voided' }]);
    expect(tester.send('authorise')).toEqual([{ kind: 'declined', reason: 'ALREADY_VOIDED' }]);
    expect(tester.payment).toMatchObject({ status: 'VOIDED', dueInMs: null });
  });

  it('in the same batch as the authorisation prevents its call', () => {
    const tester = new PaymentTester();
    expect(tester.send('authorise', 'void')).toEqual([{ kind: 'declined', reason: 'ALREADY_VOIDED' }]);
    expect(tester.call()).toBe('void');
    expect(tester.saves).toBe(1);
  });

  it('while authorising declines the authorisation, cancels by our key, and ignores a late result', () => {
    const tester = new PaymentTester();
    tester.send('authorise');
    tester.call();
    expect(tester.send('void')).toEqual([{ kind: 'declined', reason: 'ALREADY_VOIDED' }]);
    expect(tester.receive({ kind: 'authorised', reference: 'late' }, 'authorise')).toEqual([]);
    expect(tester.payment.status).toBe('VOIDING');
    expect(tester.receive({ kind: 'voided' })).toEqual([{ kind: 'voided' }]);
  });

  it.each(['CAPTURING', 'CAPTURED'])('of a payment that is %s is illegal', (status) => {
    const tester = status === 'CAPTURED' ? PaymentTester.captured() : PaymentTester.authorised();
    if (status === 'CAPTURING') tester.send('capture');
    expect(() => tester.send('void')).toThrow(IllegalPaymentTransitionError);
    expect(tester.payment.status).toBe(status);
  });
});

describe('refund', () => {
  it('refunds a captured payment once', () => {
    const tester = PaymentTester.captured();
    expect(tester.send('refund', 'refund')).toEqual([]);
    expect(tester.call()).toBe('refund');
    expect(tester.receive({ kind: 'refunded' })).toEqual([{ kind: 'refunded' }]);
    expect(tester.payment).toMatchObject({ status: 'REFUNDED', capturedAmount: 1999, refundedAmount: 1999 });
    expect(tester.send('refund')).toEqual([{ kind: 'refunded' }]);
  });

  it('of an authorised payment voids it, and then refuses a late capture', () => {
    const tester = PaymentTester.authorised();
    tester.send('refund');
    expect(tester.call()).toBe('void');
    expect(tester.send('capture')).toEqual([]);
    expect(tester.receive({ kind: 'voided' })).toEqual([
      { kind: 'captureRefused', reason: 'ALREADY_VOIDED' },
      { kind: 'refunded' },
    ]);
  });

  it('that overtakes a capture finds it by the void, and refunds it', () => {
    const tester = PaymentTester.authorised();
    tester.send('refund', 'capture');
    expect(tester.receive({ kind: 'captured' }, 'void')).toEqual([{ kind: 'captured' }]);
    expect(tester.call()).toBe('refund');
    expect(tester.receive({ kind: 'refunded' })).toEqual([{ kind: 'refunded' }]);
    expect(tester.payment).toMatchObject({ status: 'REFUNDED', capturedAmount: 1999, refundedAmount: 1999 });
  });

  it('during a capture waits for it, and both get their replies', () => {
    const tester = PaymentTester.authorised();
    tester.send('capture', 'refund');
    expect(tester.call()).toBe('capture');
    expect(tester.receive({ kind: 'captured' })).toEqual([{ kind: 'captured' }]);
    expect(tester.call()).toBe('refund');
    expect(tester.receive({ kind: 'refunded' })).toEqual([{ kind: 'refunded' }]);
  });
});

describe('an illegal command', () => {
  it.each([[[]], [['authorise']]] as const)('a capture after %j is illegal', (before) => {
    const tester = new PaymentTester();
    tester.send(...before);
    expect(() => tester.send('capture')).toThrow(IllegalPaymentTransitionError);
  });

  it('an authorisation of another amount is a mismatch', () => {
    const tester = PaymentTester.authorised();
    const other = { ...command('authorise'), amount: { amount: 1, currency: 'USD' } };
    expect(() => tester.send(other)).toThrow(PaymentMismatchError);
  });
});
