import type { SagaReason } from './reason.js';

export type SagaState = 'RUNNING' | 'COMPENSATING' | 'COMPLETED' | 'COMPENSATED' | 'STALLED';

/** An action that was sent and is not answered yet. */
export interface PendingAction {
  name: string;
  attempt: number;
  /** When it was sent first, in milliseconds since the epoch. Absent when an earlier release sent it. */
  sentAt?: number;
  /** Milliseconds since the epoch; `null` once no attempt was answered and an operator has to look. */
  deadlineAt: number | null;
}

/** The state of one running saga, as plain data. */
export interface SagaInstance<Data> {
  readonly id: string;
  readonly definition: string;
  readonly version: number;
  readonly state: SagaState;
  /** Index of the current stage. It rises while the saga runs and falls while it compensates. */
  readonly stage: number;
  readonly pending: readonly PendingAction[];
  /** Steps that were refused: they have nothing to undo. */
  readonly refused: readonly string[];
  /** Why it compensates. */
  readonly reason: SagaReason | null;
  /** Number of transitions so far. */
  readonly sequence: number;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly data: Data;
}

export type TransitionKind =
  | 'STARTED'
  | 'SENT'
  | 'RESENT'
  | 'SUCCEEDED'
  | 'REFUSED'
  | 'TIMED_OUT'
  | 'COMPENSATING'
  | 'COMPENSATED'
  | 'STALLED'
  | 'RETRIED'
  | 'COMPLETED';

/** One line of the saga's timeline. */
export interface SagaTransition {
  sagaId: string;
  sequence: number;
  /** The action, the pivot, or the saga itself. */
  step: string;
  kind: TransitionKind;
  /** 0 where there is no attempt to count. */
  attempt: number;
  /** For the reader of the timeline. */
  reason: string | null;
}

/** An instance that has not started. */
export const newInstance = <Data>(
  id: string,
  { name, version }: { name: string; version: number },
  data: Data,
  startedAt: number,
): SagaInstance<Data> => ({
  id,
  definition: name,
  version,
  state: 'RUNNING',
  stage: 0,
  pending: [],
  refused: [],
  reason: null,
  sequence: 0,
  startedAt,
  data,
});

export const isEnded = ({ state }: Pick<SagaInstance<unknown>, 'state'>): boolean =>
  state === 'COMPLETED' || state === 'COMPENSATED';

/** The earliest deadline to watch, in milliseconds since the epoch. */
export function nextDeadline({ pending }: Pick<SagaInstance<unknown>, 'pending'>): number | null {
  const deadlines = pending.flatMap(({ deadlineAt }) => (deadlineAt === null ? [] : [deadlineAt]));
  return deadlines.length === 0 ? null : Math.min(...deadlines);
}
