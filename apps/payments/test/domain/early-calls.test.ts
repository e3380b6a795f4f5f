import { describe, expect, it } from 'vitest';
import { decideCommands, paymentsToCallEarly } from '../../src/payments/domain/decide-payments.js';
import { command, LEASE_MS, ORDER_ID, PaymentTester, RULES } from './payment-tester.js';

const AUTHORISED = { kind: 'authorised', reference: 'ref' } as const;
const UNKNOWN = { kind: 'unknown', error: new Error('503') } as const;

describe('a call before the transaction', () => {
  it('starts for an order without a payment, and for the capture of an authorised one', () => {
    expect(new PaymentTester().callEarly('authorise')).toMatchObject({ status: 'AUTHORISING', attempts: 1 });
    expect(PaymentTester.authorised().callEarly('capture')).toMatchObject({
      status: 'CAPTURING',
      reference: 'ref',
    });
  });

  it.each([
    ['NEW', ['capture', 'void', 'refund']],
    ['AUTHORISED', ['authorise', 'void', 'refund']],
    ['CAPTURED', ['authorise', 'capture', 'void', 'refund']],
  ] as const)('of a payment that is %s does not start for %j', (status, kinds) => {
    const tester = {
      NEW: new PaymentTester(),
      AUTHORISED: PaymentTester.authorised(),
      CAPTURED: PaymentTester.captured(),
    }[status];
    expect(kinds.map((kind) => tester.callEarly(kind))).toEqual(kinds.map(() => undefined));
  });

  it('does not start for several commands of one order', () => {
    expect(paymentsToCallEarly(new Map(), [command('authorise'), command('void')], RULES)).toEqual([]);
  });
});

describe('a transaction with the answer of an early call', () => {
  it('stores the payment once, with its outcome, and replies', () => {
    const tester = new PaymentTester();
    expect(tester.commit('authorise', { operation: 'authorise', outcome: AUTHORISED })).toEqual([
      { kind: 'authorised' },
    ]);
    expect(tester).toMatchObject({
      saves: 1,
      payment: { status: 'AUTHORISED', reference: 'ref', attempts: 0, dueInMs: null, awaiting: {} },
    });
    expect(tester.commit('capture', { operation: 'capture', outcome: { kind: 'captured' } })).toEqual([
      { kind: 'captured' },
    ]);
    expect(tester).toMatchObject({ saves: 2, payment: { status: 'CAPTURED', capturedAmount: 1999 } });
  });

  it('stores a decline once', () => {
    const tester = new PaymentTester();
    const outcome = { kind: 'declined', reason: 'card_declined' } as const;
    expect(tester.commit('authorise', { operation: 'authorise', outcome })).toEqual([
      { kind: 'declined', reason: 'PAYMENT_DECLINED: card_declined' },
    ]);
    expect(tester).toMatchObject({ saves: 1, payment: { status: 'DECLINED' } });
  });

  it('leaves an unknown outcome to a later attempt, and counts the call', () => {
    const tester = new PaymentTester();
    expect(tester.commit('authorise', { operation: 'authorise', outcome: UNKNOWN })).toEqual([]);
    expect(tester.payment).toMatchObject({
      status: 'AUTHORISING',
      attempts: 1,
      isLeased: false,
      dueInMs: 75,
    });
  });

  it('voids what was authorised after a void', () => {
    const tester = new PaymentTester();
    tester.send('void');
    tester.receive({ kind: 'voided' });
    expect(tester.commit('authorise', { operation: 'authorise', outcome: AUTHORISED })).toEqual([
      { kind: 'declined', reason: 'ALREADY_VOIDED' },
    ]);
    expect(tester.call()).toBe('void');
    tester.receive({ kind: 'voided' });
    expect(tester.payment.status).toBe('VOIDED');
  });

  it.each(['VOIDING', 'VOIDED'])('refunds what was captured although the payment is %s', (status) => {
    const tester = PaymentTester.authorised();
    tester.send('refund');
    if (status === 'VOIDED') tester.receive({ kind: 'voided' });
    tester.commit('capture', { operation: 'capture', outcome: { kind: 'captured' } });
    expect(tester.call()).toBe('refund');
    tester.receive({ kind: 'refunded' });
    expect(tester.payment).toMatchObject({ status: 'REFUNDED', refundedAmount: 1999 });
  });
});

describe('a transaction without the answer of an early call', () => {
  it('leases the payment, and the answer is applied later', () => {
    const tester = new PaymentTester();
    expect(tester.commit('authorise', { operation: 'authorise' })).toEqual([]);
    expect(tester.payment).toMatchObject({ status: 'AUTHORISING', isLeased: true, dueInMs: LEASE_MS });
    expect(tester.receive(AUTHORISED)).toEqual([{ kind: 'authorised' }]);
  });

  it('keeps the lease of another replica', () => {
    const tester = new PaymentTester();
    tester.send('authorise');
    tester.call();
    tester.commit('authorise', { operation: 'authorise' });
    expect(tester.payment).toMatchObject({ attempts: 1, isLeased: true });
  });
});

it('an answer for a payment without a row changes nothing', () => {
  const call = { orderId: ORDER_ID, operation: 'capture', outcome: { kind: 'captured' } } as const;
  expect(decideCommands(new Map(), [], [call], RULES)).toEqual({ changed: [], replies: [] });
});
