import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { SagaTransition } from '../src/instance.js';
import type { AdvancedSaga, SagaData } from '../src/nest/message-saga.js';
import { isInRow, lineOf, readTimeline } from '../src/nest/saga-timeline.js';

/** With a fraction, as the database has it. */
const STARTED_AT = 1_700_000_000_000.456;

const moment = (at: number, transitions: SagaTransition[]): AdvancedSaga<SagaData> =>
  ({
    instance: { id: 'saga', startedAt: STARTED_AT },
    transitions,
    at: new Date(at),
  }) as unknown as AdvancedSaga<SagaData>;

const transition = fc.record({
  step: fc.string(),
  kind: fc.constantFrom<SagaTransition['kind']>('SENT', 'RESENT', 'REFUSED', 'STALLED'),
  attempt: fc.nat(20),
  reason: fc.option(fc.string({ unit: 'binary' })),
});
/** Moments of one saga, each with its time after the start. The clock of the database may be set back. */
const history = fc.array(
  fc.tuple(fc.integer({ min: -60_000, max: 1e9 }), fc.array(transition, { minLength: 1, maxLength: 4 })),
);

it('a timeline is read as it was written, in the row up to a limit and in the table beyond it', () => {
  fc.assert(
    fc.property(history, (moments) => {
      let sequence = 0;
      let lines = '';
      const rows: { at: string; transitions: SagaTransition[] }[] = [];
      const written = moments.map(([afterMs, happened]) => {
        const at = Math.floor(STARTED_AT) + afterMs;
        const transitions = happened.map((each) => ({ ...each, sagaId: 'saga', sequence: (sequence += 1) }));
        lines = `${lineOf(moment(at, transitions))}\n${lines}`;
        const beyond = transitions.filter((each) => !isInRow(each));
        if (beyond.length > 0) rows.push({ at: new Date(at).toISOString(), transitions: beyond });
        return transitions.map(({ sagaId: _sagaId, ...each }) => ({ ...each, at }));
      });
      const read = readTimeline(STARTED_AT, lines, rows);
      expect(read).toMatchObject(written.flat());
    }),
  );
});

it('the row of a saga that is retried for days does not grow', () => {
  const line = (sequence: number): string =>
    lineOf(
      moment(STARTED_AT, [
        { sagaId: 'saga', sequence, step: 'pay', kind: 'RETRIED', attempt: 1, reason: null },
      ]),
    );
  const lines = Array.from({ length: 10_000 }, (_, index) => line(index + 1));
  expect(lines.join('').length).toBeLessThan(2_000);
  expect(lines.filter(Boolean)).toHaveLength(32);
});
