import { PermanentError } from '@doorbuster/contracts';
import {
  newEvent,
  type BatchOutcome,
  type CloudEvent,
  type IncomingBatch,
  type OutgoingEvent,
} from '@doorbuster/messaging';
import { afterCommit, allTogether, UnitOfWork, UnsupportedVersionError } from '@doorbuster/persistence';
import { LOGGER } from '@doorbuster/service';
import type { Logger } from '@doorbuster/telemetry';
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import type { EntityManager } from 'typeorm';
import { advance, pendingCommands, UnexpectedReplyError, type SagaInput } from '../advance.js';
import { isPivot } from '../definition.js';
import { newInstance, type SagaInstance } from '../instance.js';
import type {
  AdvancedSaga,
  LocalDecision,
  MessageSaga,
  NewSaga,
  SagaData,
  SagaStarter,
} from './message-saga.js';
import { recordMetrics, recordSpan, type SpansBySaga } from './saga-telemetry.js';
import { SagaLog } from './saga-log.js';
import { SAGA_OPTIONS, type SagaOptions } from './saga-options.js';
import { SagasRepository, type SagaVersion } from './sagas.repository.js';

/** Whether it still waits for a participant although an answer was due. */
const isWaiting = ({ transitions }: AdvancedSaga<SagaData>): boolean =>
  transitions.some(({ kind }) => kind === 'STALLED' || kind === 'RESENT');

/** The saga's version is one that only replicas of a newer release have. Nothing was written. */
export class UnknownSagaVersionError extends Error {
  override readonly name = 'UnknownSagaVersionError';
  readonly code = 'UNKNOWN_SAGA_VERSION';
  constructor(readonly sagas: readonly (SagaVersion & { id: string })[]) {
    const versions = new Set(sagas.map(({ definition, version }) => `${definition} v${version}`));
    super(`not known to this replica: ${[...versions].join(', ')}`);
  }
}

/** Moves batches of sagas in the caller's transaction: load, advance, save, carry out local decisions. */
@Injectable()
export class SagaRunner<Data extends SagaData> implements SagaStarter<Data>, OnModuleInit {
  /** The versions that this replica can move on. */
  readonly versions: readonly SagaVersion[];
  private readonly byVersion: ReadonlyMap<string, MessageSaga<Data>>;
  private readonly newest: ReadonlyMap<string, MessageSaga<Data>>;
  private readonly log: SagaLog<Data>;
  /** In the order in which a saga can make them. */
  private decisions: readonly [name: string, decide: LocalDecision<Data>][] = [];

  constructor(
    private readonly sagas: SagasRepository<Data>,
    private readonly unitOfWork: UnitOfWork,
    private readonly moduleRef: ModuleRef,
    @Inject(SAGA_OPTIONS) private readonly options: SagaOptions<Data>,
    @Inject(LOGGER) logger: Logger,
  ) {
    this.log = new SagaLog(logger, options);
    const { definitions } = options;
    this.versions = definitions.map(({ name, version }) => ({ definition: name, version }));
    this.byVersion = new Map(definitions.map((saga) => [versionKey(saga.name, saga.version), saga]));
    this.newest = new Map(
      definitions.toSorted((a, b) => a.version - b.version).map((saga) => [saga.name, saga]),
    );
  }

  /** The decisions may be provided by any module, also by one that uses this runner. @throws {Error} when one is missing */
  onModuleInit(): void {
    const { decisions: provider, definitions } = this.options;
    const decisions = this.moduleRef.get(provider, { strict: false });
    this.decisions = inOrder(definitions).map((name) => {
      const decision = decisions[name];
      if (!decision) throw new Error(`${provider.name} has no decision ${name}`);
      return [name, decision.bind(decisions)];
    });
  }

  /**
   * Starts sagas of the newest version of a definition. Returns the events to publish with the commit.
   *
   * @param now by the clock of the database
   */
  async start(
    tx: EntityManager,
    definition: string,
    newSagas: readonly NewSaga<Data>[],
    now: Date,
    spans?: SpansBySaga,
  ): Promise<OutgoingEvent[]> {
    if (newSagas.length === 0) return [];
    const saga = this.newest.get(definition);
    if (!saga) throw new Error(`no saga definition is named ${definition}`);
    const advanced = newSagas.map(({ id, data }) =>
      this.advanceOne(newInstance(id, saga, data, now.getTime()), [{ kind: 'started' }], now),
    );
    return this.written(this.sagas.insert(tx, advanced), tx, advanced, spans);
  }

  /**
   * Applies the replies of a consumer's batch. A redelivered reply that no longer moves its saga sends the pending commands
   * again: the process that committed the move may have died before it published them.
   */
  handleReplies(batch: IncomingBatch): Promise<BatchOutcome> {
    // Two replies to one saga in one batch are recorded on the span of the later one.
    const spans: SpansBySaga = new Map(
      batch.events.flatMap(({ event: { sagaid }, span }) => (sagaid && span ? [[sagaid, span]] : [])),
    );
    const redelivered = new Set(
      batch.events.flatMap(({ event, deliveries = 1 }) => (deliveries > 1 ? [event.sagaid] : [])),
    );
    return this.unitOfWork.runBatch(batch, async (tx, events) => {
      try {
        const replies = Map.groupBy(events, sagaIdOf);
        return await this.handle(tx, replies, toReply, spans, ({ id }) => redelivered.has(id));
      } catch (error) {
        throw asBatchError(error, events);
      }
    });
  }

  /** Sends the stalled steps of a saga again. @throws {UnknownSagaVersionError} */
  retry(tx: EntityManager, id: string): Promise<OutgoingEvent[]> {
    return this.handle(tx, new Map([[id, ['retried' as const]]]), (kind) => ({ kind }));
  }

  /** Sends again, gives up or stalls what is overdue, in up to `limit` sagas. */
  async sweep(
    tx: EntityManager,
    limit: number,
    onlyId?: string,
  ): Promise<{ swept: number; events: OutgoingEvent[] }> {
    const { instances, now } = await this.sagas.lockOverdue(tx, limit, this.versions, onlyId);
    const advanced = instances.map((instance) => this.advanceOne(instance, [{ kind: 'clock' }], now));
    const changed = advanced.filter(hasMoved);
    return { swept: changed.length, events: await this.save(tx, changed) };
  }

  /** The ids of the sagas that `sweep` would take. */
  overdueIds(limit: number): Promise<string[]> {
    return this.sagas.overdueIds(limit, this.versions);
  }

  /** Inputs for unknown sagas are dropped: they reply to a command from before a restore. */
  private async handle<Input>(
    tx: EntityManager,
    inputs: ReadonlyMap<string, readonly Input[]>,
    toInput: (input: Input) => SagaInput,
    spans?: SpansBySaga,
    isRedelivered: (instance: SagaInstance<Data>) => boolean = () => false,
  ): Promise<OutgoingEvent[]> {
    const { instances, now } = await this.sagas.lock(tx, [...inputs.keys()]);
    const foreign = instances.filter((instance) => !this.definitionOf(instance));
    if (foreign.length > 0) throw new UnknownSagaVersionError(foreign);
    const advanced = instances.map((instance) =>
      this.advanceOne(instance, (inputs.get(instance.id) ?? []).map(toInput), now),
    );
    const events = await this.save(tx, advanced.filter(hasMoved), spans);
    const overtaken = advanced.filter((saga) => !hasMoved(saga) && isRedelivered(saga.instance));
    return [...events, ...overtaken.flatMap(({ instance }) => this.pendingCommandsOf(instance))];
  }

  private pendingCommandsOf(instance: SagaInstance<Data>): OutgoingEvent[] {
    const definition = this.definitionOf(instance);
    return definition ? this.eventsOf(instance, pendingCommands(definition, instance)) : [];
  }

  private async save(
    tx: EntityManager,
    changed: readonly AdvancedSaga<Data>[],
    spans?: SpansBySaga,
  ): Promise<OutgoingEvent[]> {
    if (changed.length === 0) return [];
    return this.written(this.sagas.update(tx, changed), tx, changed, spans);
  }

  /** The first statement of a local decision does not wait for the answer to that of the sagas. */
  private async written(
    writing: Promise<void>,
    tx: EntityManager,
    advanced: readonly AdvancedSaga<Data>[],
    spans?: SpansBySaga,
  ): Promise<OutgoingEvent[]> {
    const [, events] = await allTogether([writing, this.applyAdvances(tx, advanced, spans)]);
    return events;
  }

  /** Makes the commands into messages, and calls each local decision once for all its sagas. */
  private async applyAdvances(
    tx: EntityManager,
    advanced: readonly AdvancedSaga<Data>[],
    spans: SpansBySaga = new Map(),
  ): Promise<OutgoingEvent[]> {
    const events = advanced.flatMap(({ instance, commands }) => this.eventsOf(instance, commands));
    for (const [name, decide] of this.decisions) {
      const deciding = advanced.filter(({ decisions }) => decisions.includes(name));
      if (deciding.length > 0) events.push(...(await decide(tx, deciding, this)));
    }
    afterCommit(tx, () => {
      const waiting = advanced.filter(isWaiting);
      if (waiting.length > 0) this.log.record(waiting);
      for (const saga of advanced) {
        recordMetrics(saga);
        recordSpan(saga, spans, this.options.attributesOf);
      }
    });
    return events;
  }

  private eventsOf(
    { id, data }: SagaInstance<Data>,
    commands: AdvancedSaga<Data>['commands'],
  ): OutgoingEvent[] {
    return commands.map(({ action, command }) =>
      newEvent(command.contract, {
        subject: this.options.subjectOf(data),
        data: command.data,
        traceparent: data.traceparent,
        sagaid: id,
        sagastep: action,
      }),
    );
  }

  private advanceOne(before: SagaInstance<Data>, inputs: readonly SagaInput[], at: Date): AdvancedSaga<Data> {
    const definition = this.definitionOf(before);
    if (!definition) throw new UnknownSagaVersionError([before]);
    const result: AdvancedSaga<Data> = {
      before,
      at,
      instance: before,
      commands: [],
      transitions: [],
      decisions: [],
    };
    for (const input of inputs) {
      const next = advance(definition, result.instance, input, at.getTime());
      result.instance = next.instance;
      result.commands.push(...next.commands);
      result.transitions.push(...next.transitions);
      result.decisions.push(...next.decisions);
    }
    return result;
  }

  private definitionOf({ definition, version }: SagaVersion): MessageSaga<Data> | undefined {
    return this.byVersion.get(versionKey(definition, version));
  }
}

const versionKey = (name: string, version: number): string => `${name}@${version}`;

/** A saga starts, passes its pivot, and then ends in one of two ways. */
function inOrder(definitions: readonly MessageSaga<never>[]): string[] {
  const decisions = [
    ...definitions.map(({ onStarted }) => onStarted),
    ...definitions.flatMap(({ stages }) => stages.map((stage) => (isPivot(stage) ? stage.local : undefined))),
    ...definitions.map(({ onCompensated }) => onCompensated),
    ...definitions.map(({ onCompleted }) => onCompleted),
  ];
  return [...new Set(decisions.filter((decision) => decision !== undefined))];
}

/** @throws {PermanentError} for an event that is no reply to a saga's command */
function sagaIdOf({ type, sagaid, sagastep }: CloudEvent): string {
  if (sagaid === undefined || sagastep === undefined) {
    throw new PermanentError(`${type} replies to no saga's command`);
  }
  return sagaid;
}

const toReply = ({ type, data, sagastep = '' }: CloudEvent): SagaInput => ({
  kind: 'replied',
  action: sagastep,
  type,
  data,
});

const hasMoved = ({ transitions }: AdvancedSaga<SagaData>): boolean => transitions.length > 0;

/** An unexpected reply becomes a dead letter; replies to sagas of a newer version are left to newer replicas. */
function asBatchError(error: unknown, events: readonly CloudEvent[]): unknown {
  if (error instanceof UnexpectedReplyError) return new PermanentError(error.message, { cause: error });
  if (!(error instanceof UnknownSagaVersionError)) return error;
  const sagas = new Set(error.sagas.map(({ id }) => id));
  const foreign = events.filter(({ sagaid }) => sagaid !== undefined && sagas.has(sagaid));
  return new UnsupportedVersionError(foreign, { cause: error });
}
