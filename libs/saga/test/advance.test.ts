import { describe, expect, it } from 'vitest';
import { defineSaga, UnexpectedReplyError, type SagaInput } from '../src/index.js';
import { SagaTester } from '../src/testing.js';
import { action, atPivot, begin } from './fixtures/trip.js';

describe('a saga without a refusal', () => {
  it('sends the steps of a stage together and waits for all of them', () => {
    const saga = begin();
    expect(saga.sent).toEqual(['book-flight', 'book-car']);
    expect(saga.succeed('book-car').sent).toEqual([]);
    expect(saga.succeed('book-flight').sent).toEqual(['book-hotel']);
  });

  it('passes the pivot once, and completes when the last step is done', () => {
    const saga = atPivot();
    expect(saga.pivotsPassed).toBe(1);
    expect(saga.sent).toEqual(['pay', 'send-tickets']);
    expect(saga.succeed('send-tickets', 'pay').state).toBe('COMPLETED');
    expect(saga.pivotsPassed).toBe(1);
  });

  it('numbers its transitions without a gap', () => {
    const saga = atPivot().succeed('pay', 'send-tickets');
    expect(saga.history.map(({ sequence }) => sequence)).toEqual(saga.history.map((_, index) => index + 1));
    expect(saga.history.at(-1)).toMatchObject({ step: 'trip', kind: 'COMPLETED' });
  });
});

describe('a refusal', () => {
  it('is compensated once the other steps of its stage have replied', () => {
    const saga = begin().refuse('book-car', 'NO_CAR');
    expect(saga.sent).toEqual([]);
    expect(saga.succeed('book-flight').sent).toEqual(['cancel-flight']);
  });

  it('undoes stages in reverse order, but not the refused step', () => {
    const saga = begin().succeed('book-flight', 'book-car').refuse('book-hotel', 'FULL');
    expect(saga.sent).toEqual(['cancel-flight', 'cancel-car']);
    saga.succeed('cancel-car', 'cancel-flight');
    saga.expectRolledBack('FULL');
    expect(saga.pivotsPassed).toBe(0);
  });

  it('after the pivot undoes the steps before it, too', () => {
    const saga = atPivot().refuse('pay', 'NO_MONEY').succeed('send-tickets');
    expect(saga.sent).toEqual(['cancel-hotel']);
    expect(saga.succeed('cancel-hotel').sent).toEqual(['cancel-flight', 'cancel-car']);
  });

  it('of a compensation stalls the saga, and a later success moves it on', () => {
    const saga = begin().succeed('book-flight', 'book-car').refuse('book-hotel').refuse('cancel-car', 'NO');
    expect(saga.state).toBe('STALLED');
    expect(saga.succeed('cancel-flight').state).toBe('STALLED');
    expect(saga.succeed('cancel-car').state).toBe('COMPENSATED');
  });
});

describe('a missing reply', () => {
  it('causes the same command to be sent again, up to the number of attempts', () => {
    const saga = begin().succeed('book-flight', 'book-car').passDeadline();
    expect(saga.sent).toEqual(['book-hotel']);
    expect(saga.instance.pending).toMatchObject([{ name: 'book-hotel', attempt: 2 }]);
  });

  it('before the pivot ends in compensation, also of the unanswered step', () => {
    const saga = begin().succeed('book-flight', 'book-car').loseEveryReplyTo('book-hotel');
    expect(saga.sent).toEqual(['cancel-hotel']);
    saga.succeed('cancel-hotel', 'cancel-flight', 'cancel-car').expectRolledBack('HOTEL_TIMEOUT');
  });

  it('after the pivot stalls the saga, and its other steps go on', () => {
    const saga = atPivot().loseEveryReplyTo('pay');
    expect(saga.state).toBe('STALLED');
    expect(saga.succeed('send-tickets').state).toBe('STALLED');
    expect(saga.succeed('pay').state).toBe('COMPLETED');
  });

  it('of a compensation stalls the saga, and a retry sends it again as a first attempt', () => {
    const saga = begin().succeed('book-flight', 'book-car').refuse('book-hotel').succeed('cancel-car');
    expect(saga.loseEveryReplyTo('cancel-flight').state).toBe('STALLED');
    expect(saga.retry().sent).toEqual(['cancel-flight']);
    expect(saga.instance).toMatchObject({ state: 'COMPENSATING', pending: [{ attempt: 1 }] });
    expect(saga.succeed('cancel-flight').state).toBe('COMPENSATED');
  });
});

describe('the duration of a step', () => {
  it('counts from the first sending, and anew after a retry', () => {
    const saga = begin().succeed('book-flight', 'book-car').passDeadline();
    expect(saga.instance.pending).toMatchObject([{ attempt: 2, sentAt: 0 }]);
    const stalled = atPivot().loseEveryReplyTo('pay').succeed('send-tickets').retry();
    expect(stalled.instance.pending).toMatchObject([{ attempt: 1, sentAt: stalled.now }]);
    expect(stalled.now).toBeGreaterThan(0);
  });

  it('stays unknown for a command of a release that stored no times', () => {
    const saga = begin().succeed('book-flight', 'book-car');
    saga.instance = { ...saga.instance, pending: [{ name: 'book-hotel', attempt: 1, deadlineAt: 1_000 }] };
    expect(saga.passDeadline().instance.pending[0]).not.toHaveProperty('sentAt');
  });
});

describe('an input that is late, duplicated or for a step that is not pending', () => {
  it.each<SagaInput>([
    { kind: 'replied', action: 'book-flight', type: 'book-flight done' },
    { kind: 'replied', action: 'book-flight', type: 'book-flight refused', data: { reason: 'LATE' } },
    { kind: 'replied', action: 'book-flight', type: 'book-hotel done' },
    { kind: 'replied', action: 'never-heard-of', type: 'book-hotel done' },
    { kind: 'retried' },
    { kind: 'started' },
    { kind: 'clock' },
  ])('changes nothing: %o', (input) => {
    const saga = begin().succeed('book-flight', 'book-car');
    const before = saga.instance;
    expect(saga.take(input).instance).toEqual(before);
    expect(saga.sent).toEqual([]);
  });

  it('does not move an ended saga', () => {
    const saga = atPivot().succeed('pay', 'send-tickets').refuse('pay');
    expect(saga.state).toBe('COMPLETED');
  });
});

describe('a reply whose type the pending step does not have', () => {
  const wrong = (type: string) => () => begin().succeed('book-flight', 'book-car').reply('book-hotel', type);

  it.each(['book-flight done', 'cancel-hotel done', 'book-hotel done v2'])('is an error: %s', (type) => {
    expect(wrong(type)).toThrow(UnexpectedReplyError);
    expect(wrong(type)).toThrow(
      `step book-hotel of saga trip v1 expects book-hotel done or book-hotel refused, and got ${type}`,
    );
  });

  it('is an error also where the step cannot be refused', () => {
    const { refusedOn, ...sure } = action('a');
    const saga = defineSaga({ name: 'x', version: 1, stages: [{ pivot: 'p' }, sure] });
    const tester = new SagaTester(saga, null).start();
    expect(() => tester.reply('a', refusedOn.type, { reason: 'NO' })).toThrow(
      'expects a done, and got a refused',
    );
    expect(() => tester.refuse('a')).toThrow('a has no refusedOn');
    tester.succeed('a').expectCompleted();
  });
});

describe('local decisions', () => {
  it('are made at the start, at the pivot and at the end, once each', () => {
    const saga = begin().expectDecided('begin').succeed('book-flight', 'book-car').expectDecided();
    saga.succeed('book-hotel').expectDecided('confirm').expectSent('pay', 'send-tickets');
    saga.succeed('pay').expectDecided().succeed('send-tickets').expectDecided('finish').expectCompleted();
  });

  it('are made when the saga is rolled back, after the last compensation', () => {
    const saga = begin().refuse('book-car', 'NO_CAR').succeed('book-flight').expectDecided();
    saga.succeed('cancel-flight').expectDecided('reject').expectRolledBack('NO_CAR');
  });
});
