import { advance, type SagaInput } from './advance.js';
import { indexOf, isPivot, type SagaAction, type SagaDefinition } from './definition.js';
import { newInstance, nextDeadline, type SagaInstance, type SagaTransition } from './instance.js';
import { formatReason } from './reason.js';

/**
 * Runs one saga without a broker, a database or a real clock. A test says what happens to the saga and what it expects:
 *
 *     new SagaTester(checkoutSaga, data)
 *       .start()
 *       .succeed('reserve-stock')
 *       .refuse('authorise-payment', 'PAYMENT_DECLINED')
 *       .expectSent('release-stock')
 *       .succeed('release-stock')
 *       .expectRolledBack('PAYMENT_DECLINED');
 */
export class SagaTester<Data, Command, Decision extends string = string> {
  instance: SagaInstance<Data>;
  /** Names of the actions that the last input caused to be sent. */
  sent: string[] = [];
  /** The commands of {@link sent}. */
  commands: Command[] = [];
  /** Local decisions that the last input led to. */
  decisions: Decision[] = [];
  readonly history: SagaTransition[] = [];
  /** Milliseconds since the epoch. */
  now = 0;

  constructor(
    private readonly definition: SagaDefinition<Data, Command, Decision>,
    data: Data,
  ) {
    this.instance = newInstance('saga', definition, data, this.now);
  }

  get state(): string {
    return this.instance.state;
  }

  get waitingFor(): string[] {
    return this.instance.pending.map(({ name }) => name);
  }

  get pivotsPassed(): number {
    const pivots = this.definition.stages.flatMap((stage) => (isPivot(stage) ? [stage.pivot] : []));
    return this.history.filter(({ step }) => pivots.includes(step)).length;
  }

  start(): this {
    return this.take({ kind: 'started' });
  }

  /** The participants carry out these actions. */
  succeed(...actions: string[]): this {
    for (const action of actions) this.reply(action, this.actionOf(action)?.succeedsOn.type ?? 'unknown');
    return this;
  }

  refuse(action: string, reason = 'REFUSED'): this {
    const refusal = this.actionOf(action)?.refusedOn;
    if (!refusal) throw new Error(`${action} has no refusedOn`);
    return this.reply(action, refusal.type, { reason });
  }

  /** A reply of this type comes for the action. */
  reply(action: string, type: string, data?: unknown): this {
    return this.take({ kind: 'replied', action, type, data });
  }

  retry(): this {
    return this.take({ kind: 'retried' });
  }

  /** The earliest deadline passes. */
  passDeadline(): this {
    this.now = nextDeadline(this.instance) ?? this.now;
    return this.take({ kind: 'clock' });
  }

  /** Deadlines pass until the saga does not wait for `action` any more, or has no deadline left. */
  loseEveryReplyTo(action: string): this {
    while (this.waitingFor.includes(action) && nextDeadline(this.instance) !== null) this.passDeadline();
    return this;
  }

  take(input: SagaInput): this {
    const advanced = advance(this.definition, this.instance, input, this.now);
    this.instance = advanced.instance;
    this.sent = advanced.commands.map(({ action }) => action);
    this.commands = advanced.commands.map(({ command }) => command);
    this.decisions = advanced.decisions;
    this.history.push(...advanced.transitions);
    return this;
  }

  /** Exactly these actions were sent because of the last input, in this order. */
  expectSent(...actions: string[]): this {
    return this.expectSame('sent', this.sent, actions);
  }

  /** Exactly these local decisions were made because of the last input. */
  expectDecided(...decisions: Decision[]): this {
    return this.expectSame('decided', this.decisions, decisions);
  }

  expectWaitingFor(...actions: string[]): this {
    return this.expectSame('waiting for', this.waitingFor.toSorted(), actions.toSorted());
  }

  expectCompleted(): this {
    return this.expectSame('state', [this.state], ['COMPLETED']);
  }

  /** The saga ended by undoing what it had done; with this reason, where one is given. */
  expectRolledBack(reason?: string): this {
    this.expectSame('state', [this.state], ['COMPENSATED']);
    if (reason === undefined) return this;
    return this.expectSame('reason', [this.instance.reason && formatReason(this.instance.reason)], [reason]);
  }

  /** The saga waits for an operator, because of exactly these actions. */
  expectStalled(...actions: string[]): this {
    const stalled = this.instance.pending.filter(({ deadlineAt }) => deadlineAt === null);
    this.expectSame('state', [this.state], ['STALLED']);
    return this.expectSame(
      'stalled',
      stalled.map(({ name }) => name),
      actions,
    );
  }

  private expectSame(what: string, actual: readonly unknown[], expected: readonly unknown[]): this {
    if (JSON.stringify(actual) === JSON.stringify(expected)) return this;
    const story = this.history.map(({ step, kind }) => `${step} ${kind}`).join(', ');
    throw new Error(
      `${what}: expected [${expected.join(', ')}], got [${actual.join(', ')}]; so far: ${story}`,
    );
  }

  private actionOf(name: string): SagaAction<Data, Command> | undefined {
    return indexOf(this.definition).actions.get(name);
  }
}

/**
 * What instances in a database depend on, as plain data for a committed snapshot. `typeOf` gives the type of a command's
 * contract, and `data` is any data that the commands can be made from.
 */
export function describeSaga<Data, Command>(
  definition: SagaDefinition<Data, Command>,
  data: Data,
  typeOf: (command: Command) => string,
): object {
  const { name, version, onStarted, stages, onCompensated, onCompleted } = definition;
  const describe = (action: SagaAction<Data, Command>): object => ({
    ...action,
    command: typeOf(action.command(data)),
    succeedsOn: action.succeedsOn.type,
    refusedOn: action.refusedOn?.type,
    ...('compensation' in action && {
      compensation: describe(action.compensation as SagaAction<Data, Command>),
    }),
  });
  const described = {
    name,
    version,
    onStarted,
    stages: stages.map((stage) => {
      if (isPivot(stage)) return stage;
      return 'name' in stage ? describe(stage) : stage.map(describe);
    }),
    onCompensated,
    onCompleted,
  };
  return JSON.parse(JSON.stringify(described)) as object;
}
