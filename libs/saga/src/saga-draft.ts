import { deadlineMs, indexOf, isPivot, stepsOf, type SagaAction, type SagaDefinition } from './definition.js';
import type { PendingAction, SagaInstance, SagaTransition, TransitionKind } from './instance.js';
import { formatReason, type SagaReason } from './reason.js';

export interface SagaCommand<Command> {
  /** The command carries it, and its reply brings it back. */
  action: string;
  command: Command;
}

export interface Advanced<Data, Command, Decision extends string = string> {
  instance: SagaInstance<Data>;
  commands: SagaCommand<Command>[];
  transitions: SagaTransition[];
  /** Local decisions to carry out now, in the transaction that saves the instance. */
  decisions: Decision[];
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** The next state of one saga while `advance` works it out. The given instance is copied, not changed. */
export class SagaDraft<Data, Command, Decision extends string> {
  readonly instance: Mutable<SagaInstance<Data>>;
  private readonly commands: SagaCommand<Command>[] = [];
  private readonly transitions: SagaTransition[] = [];
  private readonly decisions: Decision[] = [];

  constructor(
    private readonly definition: SagaDefinition<Data, Command, Decision>,
    instance: SagaInstance<Data>,
    private readonly now: number,
  ) {
    this.instance = { ...instance };
  }

  get title(): string {
    return `${this.definition.name} v${this.definition.version}`;
  }

  result(): Advanced<Data, Command, Decision> {
    const { instance, commands, transitions, decisions } = this;
    return { instance, commands, transitions, decisions };
  }

  start(): void {
    this.record(this.definition.name, 'STARTED');
    this.decide(this.definition.onStarted);
    this.enter(0);
  }

  /** Once no action is pending: to the next stage, or back when a step was refused. */
  proceed(isCompensating: boolean): void {
    const { instance } = this;
    if (instance.state === 'STALLED' && !instance.pending.some(({ deadlineAt }) => deadlineAt === null)) {
      instance.state = isCompensating ? 'COMPENSATING' : 'RUNNING';
    }
    if (instance.pending.length > 0) return;
    if (isCompensating) this.undo(instance.stage - 1);
    else if (instance.reason !== null) this.compensate(instance.reason);
    else this.enter(instance.stage + 1);
  }

  /** Turns the saga back from its current stage. The first reason stays. */
  compensate(reason: SagaReason): void {
    const { instance, definition } = this;
    instance.reason ??= reason;
    instance.state = 'COMPENSATING';
    instance.pending = [];
    this.record(definition.name, 'COMPENSATING', 0, formatReason(instance.reason));
    this.undo(instance.stage);
  }

  /** Parks the saga until an operator retries it, or a late reply comes. */
  stall({ name, attempt }: PendingAction, reason: string): void {
    const { instance } = this;
    this.record(name, 'STALLED', attempt, reason);
    instance.pending = instance.pending.map((p) => (p.name === name ? { ...p, deadlineAt: null } : p));
    instance.state = 'STALLED';
  }

  retry(): void {
    const { instance } = this;
    const isCompensating = instance.pending.some(({ name }) => this.isCompensation(name));
    instance.state = isCompensating ? 'COMPENSATING' : 'RUNNING';
    for (const { name, deadlineAt } of instance.pending) {
      if (deadlineAt === null) this.send(this.actionOf(name), 1, 'RETRIED');
    }
  }

  send(action: SagaAction<Data, Command>, attempt: number, kind: TransitionKind, reason?: string): void {
    const { name } = action;
    const deadlineAt = this.now + deadlineMs(action, attempt);
    const sentAt = kind === 'RESENT' ? this.pendingOf(name)?.sentAt : this.now;
    this.removePending(name);
    this.instance.pending = [
      ...this.instance.pending,
      { name, attempt, ...(sentAt !== undefined && { sentAt }), deadlineAt },
    ];
    this.commands.push({ action: name, command: action.command(this.instance.data) });
    this.record(name, kind, attempt, reason);
  }

  record(step: string, kind: TransitionKind, attempt = 0, reason: string | null = null): void {
    const { instance } = this;
    instance.sequence += 1;
    this.transitions.push({ sagaId: instance.id, sequence: instance.sequence, step, kind, attempt, reason });
  }

  refuse(step: string, reason: SagaReason): void {
    this.instance.refused = [...this.instance.refused, step];
    this.instance.reason ??= reason;
  }

  pendingOf(action: string): PendingAction | undefined {
    return this.instance.pending.find(({ name }) => name === action);
  }

  removePending(action: string): void {
    this.instance.pending = this.instance.pending.filter(({ name }) => name !== action);
  }

  /** Before the pivot, and not on the way back already. */
  isCompensatable(): boolean {
    const { state, stage } = this.instance;
    return state === 'RUNNING' && stage < indexOf(this.definition).pivot;
  }

  isCompensation(action: string): boolean {
    return indexOf(this.definition).compensations.has(action);
  }

  /** @throws {Error} when the definition has no such action */
  actionOf(name: string): SagaAction<Data, Command> {
    const action = indexOf(this.definition).actions.get(name);
    if (!action) throw new Error(`saga ${this.title} has no action ${name}`);
    return action;
  }

  private enter(stage: number): void {
    const { instance, definition } = this;
    instance.stage = stage;
    const entered = definition.stages[stage];
    if (entered === undefined) {
      instance.state = 'COMPLETED';
      this.record(definition.name, 'COMPLETED');
      this.decide(definition.onCompleted);
    } else if (isPivot(entered)) {
      this.record(entered.pivot, 'SUCCEEDED');
      this.decide(entered.local);
      this.enter(stage + 1);
    } else {
      for (const step of stepsOf(entered)) this.send(step, 1, 'SENT');
    }
  }

  /** Compensates this stage, or the first one before it that has something to undo. */
  private undo(stage: number): void {
    const { instance, definition } = this;
    instance.stage = stage;
    const undone = definition.stages[stage];
    if (undone === undefined) {
      instance.state = 'COMPENSATED';
      this.record(definition.name, 'COMPENSATED', 0, instance.reason && formatReason(instance.reason));
      this.decide(definition.onCompensated);
      return;
    }
    const done = stepsOf(undone).filter(({ name }) => !instance.refused.includes(name));
    const compensations = done.flatMap(({ compensation }) => compensation ?? []);
    for (const compensation of compensations) this.send(compensation, 1, 'SENT');
    if (compensations.length === 0) this.undo(stage - 1);
  }

  private decide(decision: Decision | undefined): void {
    if (decision !== undefined) this.decisions.push(decision);
  }
}
