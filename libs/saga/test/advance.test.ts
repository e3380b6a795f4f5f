import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { advance, deadlineMs, DEADLINE_MAX_MS, defineSaga, isEnded, type SagaInput } from '../src/index.js';
import { SagaOnPaper } from '../src/testing.js';

const action = (name: string, attempts = 2) => ({ name, command: () => name, deadlineMs: 1_000, attempts });

const trip = defineSaga<null, string>({
  name: 'trip',
  version: 1,
  stages: [
    [
      { ...action('book-flight'), compensation: action('cancel-flight') },
      { ...action('book-car'), compensation: action('cancel-car') },
    ],
    [{ ...action('book-hotel'), timeoutReason: 'HOTEL_TIMEOUT', compensation: action('cancel-hotel') }],
    { pivot: 'decide' },
    [{ ...action('pay'), compensation: action('pay-back') }, action('send-tickets')],
  ],
});
const begin = () => new SagaOnPaper(trip, null).start();
const atPivot = () => begin().succeed('book-flight', 'book-car', 'book-hotel');

describe('a saga that goes well', () => {
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

  it('numbers its history without a gap', () => {
    const saga = atPivot().succeed('pay', 'send-tickets');
    expect(saga.history.map(({ sequence }) => sequence)).toEqual(saga.history.map((_, index) => index + 1));
    expect(saga.history.at(-1)).toMatchObject({ step: 'trip', kind: 'COMPLETED' });
  });
});

describe('a refusal', () => {
  it('waits for the other steps of its stage before anything is undone', () => {
    const saga = begin().refuse('book-car', 'NO_CAR');
    expect(saga.sent).toEqual([]);
    expect(saga.succeed('book-flight').sent).toEqual(['cancel-flight']);
  });

  it('undoes stages in reverse order, but not the step that was refused', () => {
    const saga = begin().succeed('book-flight', 'book-car').refuse('book-hotel', 'FULL');
    expect(saga.sent).toEqual(['cancel-flight', 'cancel-car']);
    saga.succeed('cancel-car', 'cancel-flight');
    expect(saga.instance).toMatchObject({ state: 'COMPENSATED', reason: 'FULL' });
    expect(saga.pivotsPassed).toBe(0);
  });

  it('after the pivot undoes everything, through the pivot', () => {
    const saga = atPivot().refuse('pay', 'NO_MONEY').succeed('send-tickets');
    expect(saga.sent).toEqual(['cancel-hotel']);
    expect(saga.succeed('cancel-hotel').sent).toEqual(['cancel-flight', 'cancel-car']);
  });

  it('of a compensation parks the saga for an operator, and a later success lets it go on', () => {
    const saga = begin().succeed('book-flight', 'book-car').refuse('book-hotel').refuse('cancel-car', 'NO');
    expect(saga.state).toBe('STALLED');
    expect(saga.succeed('cancel-flight').state).toBe('STALLED');
    expect(saga.succeed('cancel-car').state).toBe('COMPENSATED');
  });
});

describe('a silence', () => {
  it('has the same command sent again, up to the number of attempts', () => {
    const saga = begin().succeed('book-flight', 'book-car').passDeadline();
    expect(saga.sent).toEqual(['book-hotel']);
    expect(saga.instance.pending).toMatchObject([{ name: 'book-hotel', attempt: 2 }]);
  });

  it('before the pivot ends in compensation, the silent step included', () => {
    const saga = begin().succeed('book-flight', 'book-car').loseEveryReplyTo('book-hotel');
    expect(saga.sent).toEqual(['cancel-hotel']);
    expect(saga.instance.reason).toBe('HOTEL_TIMEOUT');
    saga.succeed('cancel-hotel', 'cancel-flight', 'cancel-car');
    expect(saga.state).toBe('COMPENSATED');
  });

  it('after the pivot parks the saga, whose other steps still go on', () => {
    const saga = atPivot().loseEveryReplyTo('pay');
    expect(saga.state).toBe('STALLED');
    expect(saga.succeed('send-tickets').state).toBe('STALLED');
    expect(saga.succeed('pay').state).toBe('COMPLETED');
  });

  it('of a compensation parks the saga, and a retry sends it afresh', () => {
    const saga = begin().succeed('book-flight', 'book-car').refuse('book-hotel').succeed('cancel-car');
    expect(saga.loseEveryReplyTo('cancel-flight').state).toBe('STALLED');
    expect(saga.retry().sent).toEqual(['cancel-flight']);
    expect(saga.instance).toMatchObject({ state: 'COMPENSATING', pending: [{ attempt: 1 }] });
    expect(saga.succeed('cancel-flight').state).toBe('COMPENSATED');
  });
});

describe('the time a step takes', () => {
  it('counts from the first time it was sent, and afresh when an operator retries', () => {
    const saga = begin().succeed('book-flight', 'book-car').passDeadline();
    expect(saga.instance.pending).toMatchObject([{ attempt: 2, sentAt: 0 }]);
    const stalled = atPivot().loseEveryReplyTo('pay').succeed('send-tickets').retry();
    expect(stalled.instance.pending).toMatchObject([{ attempt: 1, sentAt: stalled.now }]);
    expect(stalled.now).toBeGreaterThan(0);
  });

  it('stays unknown for what was sent before the sending was timed', () => {
    const saga = begin().succeed('book-flight', 'book-car');
    saga.instance = { ...saga.instance, pending: [{ name: 'book-hotel', attempt: 1, deadlineAt: 1_000 }] };
    expect(saga.passDeadline().instance.pending[0]).not.toHaveProperty('sentAt');
  });
});

describe('what comes late, twice or uncalled for', () => {
  it.each<SagaInput>([
    { kind: 'succeeded', action: 'book-flight' },
    { kind: 'refused', action: 'book-flight', reason: 'LATE' },
    { kind: 'succeeded', action: 'never-heard-of' },
    { kind: 'retried' },
    { kind: 'started' },
    { kind: 'clock' },
  ])('changes nothing: %o', (input) => {
    const saga = begin().succeed('book-flight', 'book-car');
    const before = saga.instance;
    expect(saga.take(input).instance).toEqual(before);
    expect(saga.sent).toEqual([]);
  });

  it('cannot wake a saga that has ended', () => {
    const saga = atPivot().succeed('pay', 'send-tickets').refuse('pay');
    expect(saga.state).toBe('COMPLETED');
  });
});

describe('any history at all', () => {
  const actions = ['book-flight', 'book-car', 'book-hotel', 'pay', 'send-tickets'].concat([
    'cancel-flight',
    'cancel-car',
    'cancel-hotel',
    'pay-back',
  ]);
  const input: fc.Arbitrary<SagaInput | 'deadline'> = fc.oneof(
    fc.record({ kind: fc.constant('succeeded' as const), action: fc.constantFrom(...actions) }),
    fc.record({
      kind: fc.constant('refused' as const),
      action: fc.constantFrom(...actions),
      reason: fc.constant('NO'),
    }),
    fc.record({ kind: fc.constant('retried' as const) }),
    fc.constant('deadline' as const),
  );

  it('waits for something until it has ended, and ends when everybody answers', () => {
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
        // Whoever had no pivot cannot complete; whoever completes has no reason to have turned back.
        if (saga.state === 'COMPLETED') expect(saga.pivotsPassed).toBe(1);
        if (saga.state === 'COMPLETED') expect(saga.instance.reason).toBeNull();
        else expect(saga.instance.reason).not.toBeNull();
      }),
    );
  });

  it('undoes every step that was done, when it is undone', () => {
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
          if (typeof one === 'object' && one.kind === 'succeeded' && waiting.has(one.action))
            done.add(one.action);
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

  it('does not touch what it was given', () => {
    const { instance } = begin();
    const frozen = Object.freeze({ ...instance, pending: Object.freeze([...instance.pending]) });
    expect(() => advance(trip, frozen, { kind: 'succeeded', action: 'book-car' }, 0)).not.toThrow();
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

  it('lets deadlines grow up to a bound', () => {
    const growing = { ...action('a'), growth: 2 };
    expect([1, 2, 3].map((attempt) => deadlineMs(growing, attempt))).toEqual([1_000, 2_000, 4_000]);
    expect(deadlineMs(growing, 50)).toBe(DEADLINE_MAX_MS);
    expect(deadlineMs(action('a'), 9)).toBe(1_000);
  });
});
