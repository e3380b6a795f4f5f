export { advance, UnexpectedReplyError, type SagaInput } from './advance.js';
export {
  actionsOf,
  commandOf,
  COMPENSATABLE,
  defineSaga,
  isPivot,
  replyContractsOf,
  RETRIABLE,
  stepsOf,
  type ContractCommand,
  type ReplyContract,
  type SagaDefinition,
} from './definition.js';
export { isEnded, type SagaInstance } from './instance.js';
export { formatReason, type SagaReason } from './reason.js';
