export { advance, type Advanced, type SagaCommand, type SagaInput } from './advance.js';
export {
  DEADLINE_MAX_MS,
  deadlineMs,
  defineSaga,
  isPivot,
  type SagaAction,
  type SagaDefinition,
  type SagaPivot,
  type SagaStage,
  type SagaStep,
} from './definition.js';
export {
  isEnded,
  nextDeadline,
  SAGA_STATES,
  TRANSITIONS,
  type PendingAction,
  type SagaInstance,
  type SagaState,
  type SagaTransition,
  type TransitionKind,
} from './instance.js';
export {
  SagaRunner,
  UnknownVersionError,
  type AdvancedSaga,
  type LoadedSagas,
  type NewSaga,
  type SagaEvent,
  type SagaStore,
  type SagaVersion,
} from './runner.js';
