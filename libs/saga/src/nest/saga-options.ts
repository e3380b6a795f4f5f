import type { Type } from '@nestjs/common';
import type { Attributes } from '@opentelemetry/api';
import type { LocalDecision, MessageSaga, SagaData } from './message-saga.js';

export interface SagaOptions<Data extends SagaData, Decision extends string = string> {
  /** Every version that may still have running instances. The highest version of a name is the one that starts. */
  definitions: readonly MessageSaga<Data, Decision>[];
  /** An injectable class with a method for each local decision that the definitions name. Any module may provide it. */
  decisions: Type<Record<Decision, LocalDecision<Data>>>;
  /** CloudEvents `subject` of the saga's commands: the id of the aggregate. */
  subjectOf: (data: Data) => string;
  /** For the spans of timeouts and retries. */
  attributesOf: (data: Data) => Attributes;
  /** What an operator does about a stalled saga, for the log. */
  adviceForStalled?: (sagaId: string) => string;
}

export const SAGA_OPTIONS = Symbol('saga options');
