import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { deadlineMs, DEADLINE_MAX_MS, defineSaga, replyContractsOf } from '../src/definition.js';
import { formatReason, parseReason } from '../src/reason.js';
import { SagaTester } from '../src/testing.js';
import { action, begin, trip } from './fixtures/trip.js';

describe('a definition', () => {
  it('needs a pivot, unique names, and compensations before the pivot', () => {
    const step = { ...action('a'), compensation: action('b') };
    expect(() => defineSaga({ name: 'x', version: 1, stages: [[step]] })).toThrow('no pivot');
    expect(() => defineSaga({ name: 'x', version: 1, stages: [[action('a')], { pivot: 'p' }] })).toThrow(
      'compensation',
    );
    expect(() => defineSaga({ name: 'x', version: 1, stages: [[step, step], { pivot: 'p' }] })).toThrow(
      'two actions',
    );
  });

  it('has no compensation for a step that changes nothing, and does not undo it', () => {
    const check = { ...action('check'), changesNothing: true } as const;
    const saga = defineSaga({
      name: 'x',
      version: 1,
      stages: [check, { ...action('a'), compensation: action('b') }, { pivot: 'p' }],
    });
    const tester = new SagaTester(saga, null).start().succeed('check').refuse('a', 'NO');
    tester.expectRolledBack('NO');
  });

  it('names every reply contract once', () => {
    const types = replyContractsOf([trip, trip]).map(({ type }) => type);
    expect(types).toHaveLength(2 * 9);
    expect(new Set(types).size).toBe(types.length);
  });

  it('has deadlines that grow up to a maximum', () => {
    const growing = { ...action('a'), growth: 2 };
    expect([1, 2, 3].map((attempt) => deadlineMs(growing, attempt))).toEqual([1_000, 2_000, 4_000]);
    expect(deadlineMs(growing, 50)).toBe(DEADLINE_MAX_MS);
    expect(deadlineMs(action('a'), 9)).toBe(1_000);
  });
});

describe('a reason', () => {
  it.each([
    ['OUT_OF_STOCK', { code: 'OUT_OF_STOCK' }],
    ['PAYMENT_DECLINED: insufficient_funds', { code: 'PAYMENT_DECLINED', detail: 'insufficient_funds' }],
    ['the bank said no', { code: 'UNSPECIFIED', detail: 'the bank said no' }],
    ['', { code: 'UNSPECIFIED', detail: '' }],
    ['UNSPECIFIED: no answer', { code: 'UNSPECIFIED', detail: 'UNSPECIFIED: no answer' }],
  ])('is read from text and written back: "%s"', (text, reason) => {
    expect(parseReason(text)).toEqual(reason);
    expect(formatReason(reason)).toBe(text);
  });

  it('is written back as it was, for any text', () => {
    fc.assert(fc.property(fc.string(), (text) => formatReason(parseReason(text)) === text));
  });
});

describe('the test kit', () => {
  it('reports what it expected, what it got and the transitions so far', () => {
    const saga = begin();
    expect(() => saga.expectSent('book-hotel')).toThrow(
      'sent: expected [book-hotel], got [book-flight, book-car]; so far: trip STARTED, book-flight SENT, book-car SENT',
    );
    expect(() => saga.expectCompleted()).toThrow('state: expected [COMPLETED], got [RUNNING]');
    expect(() => saga.expectRolledBack()).toThrow('state');
    expect(() => saga.expectStalled('book-car')).toThrow('state');
    expect(() => saga.expectDecided('finish')).toThrow('decided');
    expect(() => saga.expectWaitingFor('book-car')).toThrow('waiting for');
  });
});
