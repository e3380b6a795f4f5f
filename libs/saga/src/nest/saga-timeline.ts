import type { SagaTransition } from '../instance.js';
import type { AdvancedSaga, SagaData } from './message-saga.js';

/**
 * Transitions with a higher sequence are rows of `saga_transitions`, so that the row of a saga that is retried for days stays
 * short. A checkout has 11 transitions, and 18 when it is undone after its pivot.
 */
const IN_ROW_MAX = 32;

/** What happened in one transaction. The number is the sequence of the first transition; times count from the saga's start. */
type Moment = [sequence: number, afterMs: number, ...transitions: TransitionInRow[]];
type TransitionInRow = [step: string, kind: SagaTransition['kind'], attempt: number, reason?: string];

/** A transition as a timeline shows it. */
interface TimedTransition extends Omit<SagaTransition, 'sagaId'> {
  /** Milliseconds since the epoch. */
  at: number;
}

/** Transitions of one saga that one transaction wrote to `saga_transitions`. */
export interface TransitionsRow {
  at: string;
  transitions: Omit<SagaTransition, 'sagaId'>[];
}

/** Whole milliseconds: PostgreSQL's times are more exact, and those of timelines are not. */
const wholeMs = Math.floor;

/** The line that the column `timeline` gets in front of its text. Empty when all transitions belong in `saga_transitions`. */
export function lineOf({ instance, transitions, at }: AdvancedSaga<SagaData>): string {
  const kept = transitions.filter(isInRow);
  const [first] = kept;
  if (!first) return '';
  const moment: Moment = [
    first.sequence,
    at.getTime() - wholeMs(instance.startedAt),
    ...kept.map(({ step, kind, attempt, reason }): TransitionInRow =>
      reason === null ? [step, kind, attempt] : [step, kind, attempt, reason],
    ),
  ];
  return JSON.stringify(moment);
}

export const isInRow = ({ sequence }: Pick<SagaTransition, 'sequence'>): boolean => sequence <= IN_ROW_MAX;

/**
 * All transitions of a saga in their order. Those of earlier releases, of an earlier release beside this one, and those beyond
 * the row's limit are in `saga_transitions`.
 */
export function readTimeline(
  startedAt: number,
  lines: string,
  rows: readonly TransitionsRow[],
): TimedTransition[] {
  const inRow = lines
    .split('\n')
    .filter(Boolean)
    .flatMap((line) => {
      const [sequence, afterMs, ...transitions] = JSON.parse(line) as Moment;
      return transitions.map(([step, kind, attempt, reason = null], index) => ({
        at: wholeMs(startedAt) + afterMs,
        sequence: sequence + index,
        step,
        kind,
        attempt,
        reason,
      }));
    });
  const inTable = rows.flatMap(({ at, transitions }) =>
    transitions.map((transition) => ({ ...transition, at: Date.parse(at) })),
  );
  return [...inRow, ...inTable].toSorted((a, b) => a.sequence - b.sequence);
}
