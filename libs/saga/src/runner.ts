import { advance, type Advanced, type SagaInput } from './advance.js';
import type { SagaDefinition } from './definition.js';
import type { SagaInstance, SagaTransition } from './instance.js';

/** Where instances live. `Tx` is whatever the application's transactions are. */
export interface SagaStore<Tx, Data> {
  insert(tx: Tx, instances: SagaInstance<Data>[]): Promise<void>;
  /** Locks and gives the instances of these ids, in the order of their ids; unknown ids are left out. */
  load(tx: Tx, ids: string[]): Promise<LoadedSagas<Data>>;
  /**
   * Locks and gives instances of these versions with an action overdue, or only the one of this id, passing over those that
   * another replica holds.
   */
  loadOverdue(
    tx: Tx,
    limit: number,
    versions: readonly SagaVersion[],
    onlyId?: string,
  ): Promise<LoadedSagas<Data>>;
  update(tx: Tx, instances: SagaInstance<Data>[]): Promise<void>;
  append(tx: Tx, transitions: SagaTransition[]): Promise<void>;
}

/** Instances, and the time at which they were read, by the one clock that all replicas share. */
export interface LoadedSagas<Data> {
  instances: SagaInstance<Data>[];
  now: Date;
}

/** One version of one definition. */
export type SagaVersion = Pick<SagaInstance<unknown>, 'definition' | 'version'>;

/** During an update a saga may be of a version that only newer replicas know: it is theirs, and is left as it is. */
export class UnknownVersionError extends Error {
  readonly code = 'UNKNOWN_SAGA_VERSION';
  constructor(readonly sagas: readonly (SagaVersion & { id: string })[]) {
    const versions = new Set(sagas.map(({ definition, version }) => `${definition} v${version}`));
    super(`not known to this replica: ${[...versions].join(', ')}`);
  }
}

export interface NewSaga<Data> {
  id: string;
  /** Name of the definition; the newest version is taken. */
  definition: string;
  data: Data;
}

/** Something that happened to one saga. */
export interface SagaEvent {
  sagaId: string;
  input: SagaInput;
}

/** What became of one saga in one batch, and what it was before. */
export interface AdvancedSaga<Data, Command> extends Advanced<Data, Command> {
  before: SagaInstance<Data>;
  /** When it was advanced, by the clock of the store. */
  at: Date;
}

/**
 * Advances batches of sagas: load, decide, save. What comes back (commands to send, pivots passed, sagas ended) is for the
 * caller to write in the same transaction.
 */
export class SagaRunner<Tx, Data, Command> {
  /** What this runner can carry on. */
  readonly versions: readonly SagaVersion[];
  private readonly definitions: Map<string, SagaDefinition<Data, Command>>;
  private readonly newest: Map<string, SagaDefinition<Data, Command>>;

  /** @param definitions every version that may still be running */
  constructor(
    definitions: readonly SagaDefinition<Data, Command>[],
    private readonly store: SagaStore<Tx, Data>,
  ) {
    this.versions = definitions.map(({ name, version }) => ({ definition: name, version }));
    this.definitions = new Map(definitions.map((d) => [versionKey(d.name, d.version), d]));
    this.newest = new Map(
      definitions.toSorted((a, b) => a.version - b.version).map((d) => [d.name, d] as const),
    );
  }

  async start(tx: Tx, sagas: NewSaga<Data>[], now: Date): Promise<AdvancedSaga<Data, Command>[]> {
    if (sagas.length === 0) return [];
    const advanced = sagas.map((saga) =>
      this.advanceOne(this.initial(saga, now), [{ kind: 'started' }], now),
    );
    await this.store.insert(
      tx,
      advanced.map(({ instance }) => instance),
    );
    await this.store.append(
      tx,
      advanced.flatMap(({ transitions }) => transitions),
    );
    return advanced;
  }

  /**
   * Events for unknown sagas are dropped: they answer what was never asked, or was asked before a restore.
   * @throws {UnknownVersionError} before anything was written, when there are sagas that only newer replicas can carry on
   */
  async handle(tx: Tx, events: readonly SagaEvent[]): Promise<AdvancedSaga<Data, Command>[]> {
    const inputs = Map.groupBy(events, ({ sagaId }) => sagaId);
    const { instances, now } = await this.store.load(tx, [...inputs.keys()]);
    const foreign = instances.filter(({ definition, version }) => !this.find(definition, version));
    if (foreign.length > 0) throw new UnknownVersionError(foreign);
    const advanced = instances.map((instance) => {
      const own = inputs.get(instance.id) ?? [];
      return this.advanceOne(
        instance,
        own.map(({ input }) => input),
        now,
      );
    });
    return this.save(tx, advanced);
  }

  /** Sends again, gives up or parks what is overdue. To be called again while it gives `limit` sagas. */
  async sweep(tx: Tx, limit: number, onlyId?: string): Promise<AdvancedSaga<Data, Command>[]> {
    const { instances, now } = await this.store.loadOverdue(tx, limit, this.versions, onlyId);
    return this.save(
      tx,
      instances.map((instance) => this.advanceOne(instance, [{ kind: 'clock' }], now)),
    );
  }

  private async save(
    tx: Tx,
    advanced: AdvancedSaga<Data, Command>[],
  ): Promise<AdvancedSaga<Data, Command>[]> {
    const changed = advanced.filter(({ transitions }) => transitions.length > 0);
    if (changed.length === 0) return [];
    await this.store.update(
      tx,
      changed.map(({ instance }) => instance),
    );
    await this.store.append(
      tx,
      changed.flatMap(({ transitions }) => transitions),
    );
    return changed;
  }

  private advanceOne(
    before: SagaInstance<Data>,
    inputs: readonly SagaInput[],
    now: Date,
  ): AdvancedSaga<Data, Command> {
    const definition = this.definitionOf(before);
    const result: AdvancedSaga<Data, Command> = {
      before,
      at: now,
      instance: before,
      commands: [],
      transitions: [],
      passedPivot: false,
    };
    for (const input of inputs) {
      const step = advance(definition, result.instance, input, now.getTime());
      result.instance = step.instance;
      result.commands.push(...step.commands);
      result.transitions.push(...step.transitions);
      result.passedPivot ||= step.passedPivot;
    }
    return result;
  }

  private initial({ id, definition, data }: NewSaga<Data>, now: Date): SagaInstance<Data> {
    const newest = this.newest.get(definition);
    if (!newest) throw new Error(`no saga definition is named ${definition}`);
    return {
      id,
      definition,
      version: newest.version,
      state: 'RUNNING',
      stage: 0,
      pending: [],
      refused: [],
      reason: null,
      sequence: 0,
      startedAt: now.getTime(),
      data,
    };
  }

  private definitionOf(instance: SagaInstance<Data>): SagaDefinition<Data, Command> {
    const found = this.find(instance.definition, instance.version);
    if (!found) throw new UnknownVersionError([instance]);
    return found;
  }

  private find(definition: string, version: number): SagaDefinition<Data, Command> | undefined {
    return this.definitions.get(versionKey(definition, version));
  }
}

const versionKey = (name: string, version: number): string => `${name}@${version}`;
