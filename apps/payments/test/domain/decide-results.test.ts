import { describe, expect, it } from 'vitest';
import { backoffMs } from '../../src/payments/domain/decide-payments.js';
import { PaymentTester, RULES } from './payment-tester.js';

const UNKNOWN = { kind: 'unknown', error: new Error('connection reset') } as const;

describe('an unknown outcome', () => {
  it('is retried with a growing back-off', () => {
    const tester = PaymentTester.authorised();
    tester.send('capture');
    const delays = [1, 2, 3].map(() => {
      tester.call();
      tester.receive(UNKNOWN);
      return tester.payment.dueInMs;
    });
    expect(delays).toEqual([75, 150, 300]);
    expect(tester.payment).toMatchObject({ status: 'CAPTURING', isLeased: false });
  });

  it('of an authorisation ends in a decline and a void after the last attempt', () => {
    const tester = new PaymentTester();
    tester.send('authorise');
    for (let attempt = 1; attempt < RULES.authoriseAttemptsMax; attempt += 1) {
      tester.call();
      expect(tester.receive(UNKNOWN)).toEqual([]);
    }
    tester.call();
    expect(tester.receive(UNKNOWN)).toEqual([{ kind: 'declined', reason: 'PAYMENT_TIMEOUT' }]);
    expect(tester.call()).toBe('void');
    expect(tester.send('authorise')).toEqual([{ kind: 'declined', reason: 'PAYMENT_TIMEOUT' }]);
    expect(tester.send('void')).toEqual([]);
    expect(tester.receive({ kind: 'voided' })).toEqual([{ kind: 'voided' }]);
  });

  it.each(['capture', 'void', 'refund'] as const)('of a %s is retried without end', (operation) => {
    const tester = operation === 'refund' ? PaymentTester.captured() : PaymentTester.authorised();
    tester.send(operation);
    for (let attempt = 1; attempt <= 100; attempt += 1) {
      expect(tester.call()).toBe(operation);
      tester.receive(UNKNOWN);
    }
    expect(tester.payment.dueInMs).toBeLessThanOrEqual(RULES.backoff.maxMs);
  });
});

describe('a refused capture', () => {
  it('gets its reason in each reply, and the payment is voided', () => {
    const tester = PaymentTester.authorised();
    tester.send('capture');
    const refusal = [{ kind: 'captureRefused', reason: 'CAPTURE_REFUSED: expired' }];
    expect(tester.receive({ kind: 'captureRefused', reason: 'expired' })).toEqual(refusal);
    expect(tester.call()).toBe('void');
    expect(tester.send('capture')).toEqual(refusal);
    expect(tester.send('refund')).toEqual([]);
    expect(tester.receive({ kind: 'voided' })).toEqual([{ kind: 'refunded' }]);
    expect(tester.payment).toMatchObject({ status: 'VOIDED', capturedAmount: 0 });
  });
});

describe('a repeated or late result', () => {
  it('changes nothing', () => {
    const tester = PaymentTester.captured();
    const { payment, saves } = tester;
    tester.receive({ kind: 'authorised', reference: 'other' }, 'authorise');
    tester.receive({ kind: 'captured' }, 'capture');
    tester.receive(UNKNOWN, 'capture');
    expect(tester).toMatchObject({ payment, saves });
  });
});

describe('the back-off', () => {
  it('has a maximum, and a jitter between half and whole', () => {
    const backoff = { minMs: 100, maxMs: 30_000 };
    expect(backoffMs(1, backoff, 0)).toBe(50);
    expect(backoffMs(1_000, backoff, 0.999_999)).toBe(30_000);
  });
});
