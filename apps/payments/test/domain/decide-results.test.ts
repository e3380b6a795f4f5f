import { describe, expect, it } from 'vitest';
import { backoffMs } from '../../src/domain/backoff.js';
import { PaymentOnPaper, RULES } from './payment-on-paper.js';

const UNKNOWN = { kind: 'unknown', error: new Error('connection reset') } as const;

describe('an unknown outcome', () => {
  it('is asked for again, later and later', () => {
    const paper = PaymentOnPaper.authorised();
    paper.take('capture');
    const delays = [1, 2, 3].map(() => {
      paper.ask();
      paper.learn(UNKNOWN);
      return paper.payment.dueInMs;
    });
    expect(delays).toEqual([75, 150, 300]);
    expect(paper.payment).toMatchObject({ status: 'CAPTURING', isBeingAsked: false });
  });

  it('of an authorisation ends in a decline after the last attempt, and lets go of what may be held', () => {
    const paper = new PaymentOnPaper();
    paper.take('authorise');
    for (let attempt = 1; attempt < RULES.authoriseAttemptsMax; attempt += 1) {
      paper.ask();
      expect(paper.learn(UNKNOWN)).toEqual([]);
    }
    paper.ask();
    expect(paper.learn(UNKNOWN)).toEqual([{ kind: 'declined', reason: 'PAYMENT_TIMEOUT' }]);
    expect(paper.ask()).toBe('void');
    expect(paper.take('authorise')).toEqual([{ kind: 'declined', reason: 'PAYMENT_TIMEOUT' }]);
    expect(paper.take('void')).toEqual([]);
    expect(paper.learn({ kind: 'voided' })).toEqual([{ kind: 'voided' }]);
  });

  it.each(['capture', 'void', 'refund'] as const)('of a %s is asked for without end', (operation) => {
    const paper = operation === 'refund' ? PaymentOnPaper.captured() : PaymentOnPaper.authorised();
    paper.take(operation);
    for (let attempt = 1; attempt <= 100; attempt += 1) {
      expect(paper.ask()).toBe(operation);
      paper.learn(UNKNOWN);
    }
    expect(paper.payment.dueInMs).toBeLessThanOrEqual(RULES.backoff.maxMs);
  });
});

describe('a refused capture', () => {
  it('is answered with the reason, again and again, and the hold is let go', () => {
    const paper = PaymentOnPaper.authorised();
    paper.take('capture');
    const refusal = [{ kind: 'captureRefused', reason: 'CAPTURE_REFUSED: expired' }];
    expect(paper.learn({ kind: 'captureRefused', reason: 'expired' })).toEqual(refusal);
    expect(paper.ask()).toBe('void');
    expect(paper.take('capture')).toEqual(refusal);
    expect(paper.take('refund')).toEqual([]);
    expect(paper.learn({ kind: 'voided' })).toEqual([{ kind: 'refunded' }]);
    expect(paper.payment).toMatchObject({ status: 'VOIDED', capturedAmount: 0 });
  });
});

describe('a result that comes twice, or too late', () => {
  it('changes nothing', () => {
    const paper = PaymentOnPaper.captured();
    const { payment, writes } = paper;
    paper.learn({ kind: 'authorised', reference: 'other' }, 'authorise');
    paper.learn({ kind: 'captured' }, 'capture');
    paper.learn(UNKNOWN, 'capture');
    expect(paper).toMatchObject({ payment, writes });
  });
});

describe('the back-off', () => {
  it('is capped, and its jitter stays between half and whole', () => {
    const backoff = { minMs: 100, maxMs: 30_000 };
    expect(backoffMs(1, backoff, 0)).toBe(50);
    expect(backoffMs(1_000, backoff, 0.999_999)).toBe(30_000);
  });
});
