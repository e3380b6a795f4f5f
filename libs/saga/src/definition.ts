/** What the engine reads of a message contract. The contracts of `@doorbuster/contracts` fit. */
export interface ReplyContract<T = unknown> {
  /** Names the kind of reply on the wire, schema version included. */
  readonly type: string;
  readonly schema: { parse(data: unknown): T };
}

/** A command to send, and the contract that says where to. */
export interface ContractCommand<Contract> {
  contract: Contract;
  data: unknown;
}

/** A command whose data fits its contract. */
export const commandOf = <Contract extends ReplyContract>(
  contract: Contract,
  data: ReturnType<Contract['schema']['parse']>,
): ContractCommand<Contract> => ({ contract, data });

/** When an unanswered command is sent again, and when the saga gives it up. */
export interface RetryPolicy {
  /** Time for the first reply. After that the same command is sent again. */
  readonly deadlineMs: number;
  /** Maximum number of times that the command is sent. */
  readonly attempts: number;
  /** Factor by which each further deadline grows, 1 when absent, up to `DEADLINE_MAX_MS`. */
  readonly growth?: number;
}

/** For a step before the pivot: a participant replies in milliseconds, a restarting one within a few attempts. */
export const COMPENSATABLE: RetryPolicy = { deadlineMs: 5_000, attempts: 4 };
/** For what must succeed: about 17 minutes with growing pauses, then an operator has to look. */
export const RETRIABLE: RetryPolicy = { deadlineMs: 5_000, attempts: 20, growth: 2 };

export const DEADLINE_MAX_MS = 60_000;

/** One command of a saga, forward or compensating, and the replies that answer it. */
export interface SagaAction<
  Data,
  Command,
  Contract extends ReplyContract = ReplyContract,
> extends RetryPolicy {
  /** Unique in the definition. The command carries it, and its reply brings it back. */
  readonly name: string;
  readonly command: (data: Data) => Command;
  readonly succeedsOn: Contract;
  /** Absent when the participant cannot refuse. */
  readonly refusedOn?: Contract & ReplyContract<{ reason: string }>;
}

export interface SagaStep<Data, Command, Contract extends ReplyContract = ReplyContract> extends SagaAction<
  Data,
  Command,
  Contract
> {
  /** Undoes the step, also when it is unknown whether the participant took it. */
  readonly compensation?: SagaAction<Data, Command, Contract>;
  /** There is nothing to undo. A step before the pivot says this, or has a compensation. */
  readonly changesNothing?: true;
  /** Code of the saga's reason when no attempt of this step before the pivot was answered. */
  readonly timeoutReason?: string;
}

/** The point of no return: steps before it are compensatable, steps after it retriable. Sends no command. */
export interface SagaPivot<Decision extends string = string> {
  readonly pivot: string;
  /** The local decision that the saga's transaction carries out here. */
  readonly local?: Decision;
}

/** A step, steps that run in parallel, or the pivot. A stage begins when the one before it is done. */
export type SagaStage<
  Data,
  Command,
  Decision extends string = string,
  Contract extends ReplyContract = ReplyContract,
> = SagaStep<Data, Command, Contract> | readonly SagaStep<Data, Command, Contract>[] | SagaPivot<Decision>;

/**
 * A saga as data, read from top to bottom. Instances store stage indices and step names, so a change of those, of contracts
 * or of retry policies needs a new version. A running instance finishes on the version that it began with.
 *
 * A local decision is named. The runner carries it out in the transaction that moves the saga, once for all sagas of a batch.
 */
export interface SagaDefinition<
  Data,
  Command,
  Decision extends string = string,
  Contract extends ReplyContract = ReplyContract,
> {
  readonly name: string;
  readonly version: number;
  readonly onStarted?: Decision;
  readonly stages: readonly SagaStage<Data, Command, Decision, Contract>[];
  readonly onCompensated?: Decision;
  readonly onCompleted?: Decision;
}

/** How long to wait for the reply to the given attempt, which counts from 1. */
export const deadlineMs = ({ deadlineMs: first, growth = 1 }: RetryPolicy, attempt: number): number =>
  Math.min(first * growth ** (attempt - 1), DEADLINE_MAX_MS);

export const isPivot = <D, C, L extends string, R extends ReplyContract>(
  stage: SagaStage<D, C, L, R>,
): stage is SagaPivot<L> => 'pivot' in stage;

/** The parallel steps of a stage; none for the pivot. */
export function stepsOf<D, C, L extends string, R extends ReplyContract>(
  stage: SagaStage<D, C, L, R>,
): readonly SagaStep<D, C, R>[] {
  if (isPivot(stage)) return [];
  return 'name' in stage ? [stage] : stage;
}

/** Every action of a saga: its steps, each followed by its compensation. */
export const actionsOf = <D, C, L extends string, R extends ReplyContract>({
  stages,
}: Pick<SagaDefinition<D, C, L, R>, 'stages'>): SagaAction<D, C, R>[] =>
  stages.flatMap(stepsOf).flatMap((step) => (step.compensation ? [step, step.compensation] : [step]));

/** What each input asks of a definition, worked out once. */
export interface DefinitionIndex<Data, Command> {
  readonly actions: ReadonlyMap<string, SagaAction<Data, Command>>;
  /** Names of the actions that undo a step. */
  readonly compensations: ReadonlySet<string>;
  /** Index of the stage of the pivot. */
  readonly pivot: number;
}

const indexes = new WeakMap<object, DefinitionIndex<never, unknown>>();

export function indexOf<Data, Command>(
  definition: SagaDefinition<Data, Command>,
): DefinitionIndex<Data, Command> {
  const known = indexes.get(definition) as DefinitionIndex<Data, Command> | undefined;
  if (known) return known;
  const { stages } = definition;
  const index: DefinitionIndex<Data, Command> = {
    actions: new Map(actionsOf(definition).map((action) => [action.name, action])),
    compensations: new Set(
      stages.flatMap(stepsOf).flatMap(({ compensation }) => (compensation ? [compensation.name] : [])),
    ),
    pivot: stages.findIndex(isPivot),
  };
  indexes.set(definition, index);
  return index;
}

/** Every reply contract of these sagas, each once: what the application's consumer has to read. */
export function replyContractsOf<R extends ReplyContract>(
  definitions: readonly SagaDefinition<never, unknown, string, R>[],
): R[] {
  const contracts = definitions
    .flatMap((definition) => actionsOf(definition))
    .flatMap(({ succeedsOn, refusedOn }): R[] => (refusedOn ? [succeedsOn, refusedOn] : [succeedsOn]));
  return [...new Map(contracts.map((contract) => [contract.type, contract])).values()];
}

/**
 * Checks what the types cannot: names are unique, and before the pivot every step has a compensation or changes nothing.
 *
 * @throws {Error} that names the step in question
 */
export function defineSaga<
  Data,
  Command,
  Decision extends string = string,
  Contract extends ReplyContract = ReplyContract,
>(
  // Steps have contracts of different types, so the declared type of the saga says what they have in common.
  definition: SagaDefinition<Data, Command, Decision, NoInfer<Contract>>,
): SagaDefinition<Data, Command, Decision, Contract> {
  const { name, stages } = definition;
  const pivot = stages.findIndex(isPivot);
  if (pivot === -1) throw new Error(`saga ${name} has no pivot`);
  for (const step of stages.slice(0, pivot).flatMap(stepsOf)) {
    if (step.compensation || step.changesNothing) continue;
    throw new Error(`step ${step.name} comes before the pivot and needs a compensation`);
  }
  const names = new Set<string>();
  for (const action of actionsOf(definition)) {
    if (names.has(action.name)) throw new Error(`saga ${name} has two actions named ${action.name}`);
    names.add(action.name);
  }
  return definition;
}
