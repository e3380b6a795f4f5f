/** One command of a saga, forward or compensating, and how long to wait for its answer. */
export interface SagaAction<Data, Command> {
  /** Unique in the definition; the reply carries it back. */
  readonly name: string;
  readonly command: (data: Data) => Command;
  /** Time for the first answer. After that the same command is sent again. */
  readonly deadlineMs: number;
  /** How often it is sent at the most. */
  readonly attempts: number;
  /** Factor by which each further deadline grows, 1 when absent, up to `DEADLINE_MAX_MS`. */
  readonly growth?: number;
}

export interface SagaStep<Data, Command> extends SagaAction<Data, Command> {
  /** Undoes the step, whether it was done, half done or never heard of. */
  readonly compensation?: SagaAction<Data, Command>;
  /** The saga's reason when all attempts of a step before the pivot went unanswered. */
  readonly timeoutReason?: string;
}

/** A local decision that needs no command. What comes after the pivot goes forward, whatever it takes. */
export interface SagaPivot {
  readonly pivot: string;
}

/** Steps of one stage run in parallel; a stage begins when the one before it is done. */
export type SagaStage<Data, Command> = readonly SagaStep<Data, Command>[] | SagaPivot;

/** A saga as data, to be read from top to bottom. A running instance finishes on the version it began with. */
export interface SagaDefinition<Data, Command> {
  readonly name: string;
  readonly version: number;
  readonly stages: readonly SagaStage<Data, Command>[];
}

export const DEADLINE_MAX_MS = 60_000;

/** How long to wait for the answer to the given attempt, which counts from 1. */
export function deadlineMs(action: SagaAction<never, unknown>, attempt: number): number {
  return Math.min(action.deadlineMs * (action.growth ?? 1) ** (attempt - 1), DEADLINE_MAX_MS);
}

export const isPivot = <D, C>(stage: SagaStage<D, C>): stage is SagaPivot => 'pivot' in stage;

export function pivotStage(definition: SagaDefinition<never, unknown>): number {
  return definition.stages.findIndex(isPivot);
}

/**
 * Checks what the types cannot: names are unique, and before the pivot every step can be undone.
 *
 * @throws {Error} that names the step in question
 */
export function defineSaga<Data, Command>(
  definition: SagaDefinition<Data, Command>,
): SagaDefinition<Data, Command> {
  const pivot = pivotStage(definition);
  if (pivot === -1) throw new Error(`saga ${definition.name} has no pivot`);
  const names = new Set<string>();
  definition.stages.forEach((stage, index) => {
    for (const step of isPivot(stage) ? [] : stage) {
      if (index < pivot && !step.compensation) {
        throw new Error(`step ${step.name} comes before the pivot and needs a compensation`);
      }
      for (const { name } of step.compensation ? [step, step.compensation] : [step]) {
        if (names.has(name)) throw new Error(`saga ${definition.name} has two actions named ${name}`);
        names.add(name);
      }
    }
  });
  return definition;
}
