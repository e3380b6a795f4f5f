export { advance, UnexpectedReplyError, type SagaInput, type SagaReply } from './advance.js';
export {
  actionsOf,
  command,
  COMPENSATABLE,
  DEADLINE_MAX_MS,
  deadlineMs,
  defineSaga,
  isPivot,
  replyContractsOf,
  RETRIABLE,
  stepsOf,
  type ContractCommand,
  type ReplyContract,
  type RetryPolicy,
  type SagaAction,
  type SagaDefinition,
  type SagaPivot,
  type SagaStage,
  type SagaStep,
} from './definition.js';
export {
  isEnded,
  newInstance,
  nextDeadline,
  SAGA_STATES,
  TRANSITIONS,
  type PendingAction,
  type SagaInstance,
  type SagaState,
  type SagaTransition,
  type TransitionKind,
} from './instance.js';
export { formatReason, parseReason, UNSPECIFIED, type SagaReason } from './reason.js';
export type { Advanced, SagaCommand } from './saga-draft.js';
