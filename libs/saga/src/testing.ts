import { advance, type SagaInput } from './advance.js';
import type { SagaDefinition } from './definition.js';
import { nextDeadline, type SagaInstance, type SagaTransition } from './instance.js';

/**
 * A saga on paper: no broker, no database, no clock but its own. Each call is something that happens to the saga; what it
 * sent because of that is in {@link sent}.
 *
 *     const saga = new SagaOnPaper(checkoutSaga, data).start();
 *     expect(saga.refuse('reserve-stock', 'OUT_OF_STOCK').state).toBe('COMPENSATED');
 */
export class SagaOnPaper<Data, Command> {
  instance: SagaInstance<Data>;
  /** Names of the actions that the last happening caused to be sent. */
  sent: string[] = [];
  /** The commands behind those names. */
  commands: Command[] = [];
  readonly history: SagaTransition[] = [];
  pivotsPassed = 0;
  /** Milliseconds since the epoch. */
  now = 0;

  constructor(
    private readonly definition: SagaDefinition<Data, Command>,
    data: Data,
  ) {
    const { name, version } = definition;
    this.instance = {
      id: 'saga',
      definition: name,
      version,
      state: 'RUNNING',
      stage: 0,
      pending: [],
      refused: [],
      reason: null,
      sequence: 0,
      startedAt: this.now,
      data,
    };
  }

  get state(): string {
    return this.instance.state;
  }

  get waitingFor(): string[] {
    return this.instance.pending.map(({ name }) => name);
  }

  start(): this {
    return this.take({ kind: 'started' });
  }

  succeed(...actions: string[]): this {
    for (const action of actions) this.take({ kind: 'succeeded', action });
    return this;
  }

  refuse(action: string, reason = 'REFUSED'): this {
    return this.take({ kind: 'refused', action, reason });
  }

  retry(): this {
    return this.take({ kind: 'retried' });
  }

  /** Lets the earliest deadline pass. */
  passDeadline(): this {
    this.now = nextDeadline(this.instance) ?? this.now;
    return this.take({ kind: 'clock' });
  }

  /** Lets deadlines pass until nobody waits for `action` any more, or nobody watches the clock. */
  loseEveryReplyTo(action: string): this {
    while (this.waitingFor.includes(action) && nextDeadline(this.instance) !== null) this.passDeadline();
    return this;
  }

  take(input: SagaInput): this {
    const { instance, commands, transitions, passedPivot } = advance(
      this.definition,
      this.instance,
      input,
      this.now,
    );
    this.instance = instance;
    this.sent = commands.map(({ action }) => action);
    this.commands = commands.map(({ command }) => command);
    this.history.push(...transitions);
    if (passedPivot) this.pivotsPassed += 1;
    return this;
  }
}
