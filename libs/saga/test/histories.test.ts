import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { advance, isEnded, type SagaInput } from '../src/index.js';
import { begin, trip } from './fixtures/trip.js';

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
