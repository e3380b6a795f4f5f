import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  advance,
  deadlineMs,
  DEADLINE_MAX_MS,
  defineSaga,
  formatReason,
  isEnded,
  parseReason,
  replyContractsOf,
  UnexpectedReplyError,
  type ReplyContract,
  type SagaInput,
} from '../src/index.js';
import { SagaTester } from '../src/testing.js';

const contract = <T>(type: string): ReplyContract<T> => ({ type, schema: { parse: (data) => data as T } });
const action = (name: string, attempts = 2) => ({
  name,
  command: () => name,
  deadlineMs: 1_000,
  attempts,
  succeedsOn: contract(`${name} done`),
  refusedOn: contract<{ reason: string }>(`${name} refused`),
});

const trip = defineSaga({
  name: 'trip',
  version: 1,
  onStarted: 'begin',
  stages: [
    [
      { ...action('book-flight'), compensation: action('cancel-flight') },
      { ...action('book-car'), compensation: action('cancel-car') },
    ],
    { ...action('book-hotel'), timeoutReason: 'HOTEL_TIMEOUT', compensation: action('cancel-hotel') },
    { pivot: 'decide', local: 'confirm' },
    [{ ...action('pay'), compensation: action('pay-back') }, action('send-tickets')],
  ],
  onCompensated: 'reject',
  onCompleted: 'finish',
});
const begin = () => new SagaTester(trip, null).start();
const atPivot = () => begin().succeed('book-flight', 'book-car', 'book-hotel');

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

describe('a reason', () => {
  it.each([
    ['OUT_OF_STOCK', { code: 'OUT_OF_STOCK' }],
    ['PAYMENT_DECLINED: insufficient_funds', { code: 'PAYMENT_DECLINED', detail: 'insufficient_funds' }],
    ['the bank said no', { code: 'UNSPECIFIED', detail: 'the bank said no' }],
    ['', { code: 'UNSPECIFIED', detail: '' }],
  ])('is read from text and written back: "%s"', (text, reason) => {
    expect(parseReason(text)).toEqual(reason);
    expect(formatReason(reason)).toBe(text);
  });

  it('is written back as it was, whatever the text', () => {
    fc.assert(fc.property(fc.string(), (text) => formatReason(parseReason(text)) === text));
  });
});

describe('any history', () => {
  const actions = ['book-flight', 'book-car', 'book-hotel', 'pay', 'send-tickets'].concat([
    'cancel-flight',
    'cancel-car',
    'cancel-hotel',
    'pay-back',
  ]);
  const reply = (name: string, outcome: 'done' | 'refused'): SagaInput => ({
    kind: 'replied',
    action: name,
    type: `${name} ${outcome}`,
    data: { reason: 'NO' },
  });
  const input: fc.Arbitrary<SagaInput | 'deadline'> = fc.oneof(
    fc.constantFrom(...actions).map((name) => reply(name, 'done')),
    fc.constantFrom(...actions).map((name) => reply(name, 'refused')),
    fc.record({ kind: fc.constant('retried' as const) }),
    fc.constant('deadline' as const),
  );

  it('has pending actions until it ends, and ends when all are answered', () => {
    fc.assert(
      fc.property(fc.array(input, { maxLength: 40 }), (inputs) => {
        const saga = begin();
        for (const one of inputs) {
          if (one === 'deadline') saga.passDeadline();
          else saga.take(one);
          expect(isEnded(saga.instance)).toBe(saga.waitingFor.length === 0);
          expect(saga.pivotsPassed).toBeLessThanOrEqual(1);
        }
        for (let i = 0; i < actions.length && !isEnded(saga.instance); i += 1)
          saga.succeed(...saga.waitingFor);
        expect(isEnded(saga.instance)).toBe(true);
        // A completed saga has passed its pivot, and has no reason; a compensated one has a reason.
        if (saga.state === 'COMPLETED') expect(saga.pivotsPassed).toBe(1);
        if (saga.state === 'COMPLETED') expect(saga.instance.reason).toBeNull();
        else expect(saga.instance.reason).not.toBeNull();
      }),
    );
  });

  it('undoes every successful step when it is compensated', () => {
    fc.assert(
      fc.property(fc.array(input, { maxLength: 40 }), (inputs) => {
        const saga = begin();
        const sent = new Set(saga.sent);
        const done = new Set<string>();
        for (const one of inputs) {
          const waiting = new Set(saga.waitingFor);
          if (one === 'deadline') saga.passDeadline();
          else saga.take(one);
          saga.sent.forEach((name) => sent.add(name));
          if (typeof one === 'object' && one.kind === 'replied' && waiting.has(one.action)) {
            if (one.type === `${one.action} done`) done.add(one.action);
          }
        }
        if (saga.state !== 'COMPENSATED') return;
        for (const [step, undo] of [
          ['book-flight', 'cancel-flight'],
          ['book-car', 'cancel-car'],
          ['book-hotel', 'cancel-hotel'],
          ['pay', 'pay-back'],
        ] as const) {
          if (done.has(step)) expect(sent).toContain(undo);
        }
      }),
    );
  });

  it('does not change its input', () => {
    const { instance } = begin();
    const frozen = Object.freeze({ ...instance, pending: Object.freeze([...instance.pending]) });
    expect(() => advance(trip, frozen, reply('book-car', 'done'), 0)).not.toThrow();
  });
});

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
