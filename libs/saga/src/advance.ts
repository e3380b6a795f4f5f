import {
  deadlineMs,
  isPivot,
  pivotStage,
  type SagaAction,
  type SagaDefinition,
  type SagaStep,
} from './definition.js';
import {
  isEnded,
  type PendingAction,
  type SagaInstance,
  type SagaTransition,
  type TransitionKind,
} from './instance.js';

export type SagaInput =
  | { kind: 'started' }
  | { kind: 'succeeded'; action: string }
  | { kind: 'refused'; action: string; reason: string }
  /** Time has passed: whatever is overdue is sent again or given up. */
  | { kind: 'clock' }
  /** An operator wants a stalled saga to go on. */
  | { kind: 'retried' };

export interface SagaCommand<Command> {
  /** To be carried by the command and by its reply. */
  action: string;
  command: Command;
}

export interface Advanced<Data, Command> {
  instance: SagaInstance<Data>;
  commands: SagaCommand<Command>[];
  transitions: SagaTransition[];
  /** The local decision of the pivot is to be carried out now, in the same transaction. */
  passedPivot: boolean;
}

/**
 * The whole of what a saga decides, as a pure function: given what is known and what has happened, what is known now, what
 * is to be sent and what went on. An input that comes late, twice or for something else changes nothing.
 *
 * @param now milliseconds since the epoch
 */
export function advance<Data, Command>(
  definition: SagaDefinition<Data, Command>,
  instance: SagaInstance<Data>,
  input: SagaInput,
  now: number,
): Advanced<Data, Command> {
  const advancing = new Advancing(definition, instance, now);
  advancing.take(input);
  return advancing.result();
}

/** A decision in the making: a copy of the instance that the steps of the decision write to. */
class Advancing<Data, Command> {
  private readonly draft: { -readonly [K in keyof SagaInstance<Data>]: SagaInstance<Data>[K] };
  private readonly commands: SagaCommand<Command>[] = [];
  private readonly transitions: SagaTransition[] = [];
  private passedPivot = false;
  private readonly pivot: number;

  constructor(
    private readonly definition: SagaDefinition<Data, Command>,
    instance: SagaInstance<Data>,
    private readonly now: number,
  ) {
    this.draft = { ...instance };
    this.pivot = pivotStage(definition);
  }

  take(input: SagaInput): void {
    if (isEnded(this.draft)) return;
    switch (input.kind) {
      case 'started':
        if (this.draft.sequence > 0) return;
        this.note(this.definition.name, 'STARTED');
        this.enter(0);
        return;
      case 'succeeded':
        this.succeed(input.action);
        return;
      case 'refused':
        this.refuse(input.action, input.reason);
        return;
      case 'clock':
        for (const pending of this.draft.pending) this.checkDeadline(pending);
        return;
      case 'retried':
        if (this.draft.state === 'STALLED') this.retry();
        return;
    }
  }

  result(): Advanced<Data, Command> {
    const { draft: instance, commands, transitions, passedPivot } = this;
    return { instance, commands, transitions, passedPivot };
  }

  private succeed(action: string): void {
    const pending = this.answered(action);
    if (!pending) return;
    this.note(action, 'SUCCEEDED', pending.attempt);
    this.goOn(this.isCompensation(action));
  }

  private refuse(action: string, reason: string): void {
    const pending = this.pendingOf(action);
    if (!pending) return;
    if (this.isCompensation(action)) {
      // Undoing cannot be refused; whoever does so needs an operator's attention.
      this.note(action, 'REFUSED', pending.attempt, reason);
      this.stall(pending, reason);
      return;
    }
    this.answered(action);
    this.note(action, 'REFUSED', pending.attempt, reason);
    this.draft.refused = [...this.draft.refused, action];
    this.draft.reason ??= reason;
    this.goOn(false);
  }

  /** Once nothing is pending any more: forward, or back when something was refused or timed out. */
  private goOn(compensating: boolean): void {
    const { draft } = this;
    if (draft.state === 'STALLED' && !draft.pending.some(({ deadlineAt }) => deadlineAt === null)) {
      draft.state = compensating ? 'COMPENSATING' : 'RUNNING';
    }
    if (draft.pending.length > 0) return;
    if (compensating) this.compensate(draft.stage - 1);
    else if (draft.reason !== null) this.beginCompensation();
    else this.enter(draft.stage + 1);
  }

  private enter(stage: number): void {
    const { draft, definition } = this;
    draft.stage = stage;
    const entered = definition.stages[stage];
    if (entered === undefined) {
      draft.state = 'COMPLETED';
      this.note(definition.name, 'COMPLETED');
    } else if (isPivot(entered)) {
      this.passedPivot = true;
      this.note(entered.pivot, 'SUCCEEDED');
      this.enter(stage + 1);
    } else {
      for (const step of entered) this.send(step, 1, 'SENT');
    }
  }

  private beginCompensation(): void {
    const { draft, definition } = this;
    draft.state = 'COMPENSATING';
    draft.pending = [];
    this.note(definition.name, 'COMPENSATING', 0, draft.reason);
    this.compensate(draft.stage);
  }

  /** Undoes this stage, or the first one before it that has something to undo. */
  private compensate(stage: number): void {
    const { draft, definition } = this;
    draft.stage = stage;
    const undone = definition.stages[stage];
    if (undone === undefined) {
      draft.state = 'COMPENSATED';
      this.note(definition.name, 'COMPENSATED', 0, draft.reason);
      return;
    }
    const steps = isPivot(undone) ? [] : undone.filter(({ name }) => !draft.refused.includes(name));
    const compensations = steps.flatMap(({ compensation }) => compensation ?? []);
    for (const compensation of compensations) this.send(compensation, 1, 'SENT');
    if (compensations.length === 0) this.compensate(stage - 1);
  }

  private checkDeadline(pending: PendingAction): void {
    const { name, attempt, deadlineAt } = pending;
    if (deadlineAt === null || deadlineAt > this.now || !this.pendingOf(name)) return;
    const action = this.actionOf(name);
    if (attempt < action.attempts) {
      this.send(action, attempt + 1, 'RESENT', 'no answer in time');
    } else if (this.canTurnBack()) {
      this.note(name, 'TIMED_OUT', attempt);
      this.draft.reason ??= (action as SagaStep<Data, Command>).timeoutReason ?? 'TIMEOUT';
      this.beginCompensation();
    } else {
      this.stall(pending, `no answer to ${attempt} attempts`);
    }
  }

  private stall({ name, attempt }: PendingAction, reason: string): void {
    this.note(name, 'STALLED', attempt, reason);
    this.draft.pending = this.draft.pending.map((p) => (p.name === name ? { ...p, deadlineAt: null } : p));
    this.draft.state = 'STALLED';
  }

  private retry(): void {
    const compensating = this.draft.pending.some(({ name }) => this.isCompensation(name));
    this.draft.state = compensating ? 'COMPENSATING' : 'RUNNING';
    for (const { name, deadlineAt } of this.draft.pending) {
      if (deadlineAt === null) this.send(this.actionOf(name), 1, 'RETRIED');
    }
  }

  private send(
    action: SagaAction<Data, Command>,
    attempt: number,
    kind: TransitionKind,
    reason?: string,
  ): void {
    const { name } = action;
    const deadlineAt = this.now + deadlineMs(action, attempt);
    const sentAt = kind === 'RESENT' ? this.pendingOf(name)?.sentAt : this.now;
    this.draft.pending = [
      ...this.draft.pending.filter((p) => p.name !== name),
      { name, attempt, ...(sentAt !== undefined && { sentAt }), deadlineAt },
    ];
    this.commands.push({ action: name, command: action.command(this.draft.data) });
    this.note(name, kind, attempt, reason ?? null);
  }

  private note(step: string, kind: TransitionKind, attempt = 0, reason: string | null = null): void {
    this.draft.sequence += 1;
    this.transitions.push({
      sagaId: this.draft.id,
      sequence: this.draft.sequence,
      step,
      kind,
      attempt,
      reason,
    });
  }

  private answered(action: string): PendingAction | undefined {
    const pending = this.pendingOf(action);
    this.draft.pending = this.draft.pending.filter((p) => p !== pending);
    return pending;
  }

  private pendingOf(action: string): PendingAction | undefined {
    return this.draft.pending.find(({ name }) => name === action);
  }

  private canTurnBack(): boolean {
    return this.draft.state === 'RUNNING' && this.draft.stage < this.pivot;
  }

  private isCompensation(action: string): boolean {
    return this.steps().some(({ compensation }) => compensation?.name === action);
  }

  private actionOf(name: string): SagaAction<Data, Command> {
    const actions = this.steps().flatMap((step) => (step.compensation ? [step, step.compensation] : [step]));
    const action = actions.find((candidate) => candidate.name === name);
    if (!action)
      throw new Error(`saga ${this.definition.name} v${this.definition.version} has no action ${name}`);
    return action;
  }

  private steps(): SagaStep<Data, Command>[] {
    return this.definition.stages.flatMap((stage) => (isPivot(stage) ? [] : [...stage]));
  }
}
