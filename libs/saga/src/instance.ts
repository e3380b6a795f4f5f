export const SAGA_STATES = ['RUNNING', 'COMPENSATING', 'COMPLETED', 'COMPENSATED', 'STALLED'] as const;
export type SagaState = (typeof SAGA_STATES)[number];

/** An action that was sent and not answered yet. */
export interface PendingAction {
  name: string;
  attempt: number;
  /** When it was sent first, in milliseconds since the epoch; unknown of what an earlier release sent. */
  sentAt?: number;
  /** Milliseconds since the epoch; `null` once all attempts went unanswered and an operator has to look. */
  deadlineAt: number | null;
}

/** All that is known of one running saga; plain data, stored as it is. */
export interface SagaInstance<Data> {
  readonly id: string;
  readonly definition: string;
  readonly version: number;
  readonly state: SagaState;
  /** Index of the stage at work: it rises while the saga runs and falls while it compensates. */
  readonly stage: number;
  readonly pending: readonly PendingAction[];
  /** Steps that were refused: there is nothing to undo in them. */
  readonly refused: readonly string[];
  /** Why it compensates. */
  readonly reason: string | null;
  /** Transitions so far; numbers the next one. */
  readonly sequence: number;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly data: Data;
}

export const TRANSITIONS = [
  'STARTED',
  'SENT',
  'RESENT',
  'SUCCEEDED',
  'REFUSED',
  'TIMED_OUT',
  'COMPENSATING',
  'COMPENSATED',
  'STALLED',
  'RETRIED',
  'COMPLETED',
] as const;
export type TransitionKind = (typeof TRANSITIONS)[number];

/** One line of the saga's history. */
export interface SagaTransition {
  sagaId: string;
  sequence: number;
  /** The action, the pivot, or the saga itself. */
  step: string;
  kind: TransitionKind;
  /** 0 for what is not about an attempt. */
  attempt: number;
  reason: string | null;
}

export const isEnded = ({ state }: Pick<SagaInstance<unknown>, 'state'>): boolean =>
  state === 'COMPLETED' || state === 'COMPENSATED';

/** The earliest deadline to watch, in milliseconds since the epoch. */
export function nextDeadline({ pending }: Pick<SagaInstance<unknown>, 'pending'>): number | null {
  const deadlines = pending.flatMap(({ deadlineAt }) => (deadlineAt === null ? [] : [deadlineAt]));
  return deadlines.length === 0 ? null : Math.min(...deadlines);
}
