import type { Backoff } from './domain/decide-payments.js';

export interface ProviderCallLimits {
  /** Maximum time for an answer of the provider. */
  deadlineMs: number;
  /** After this time without a recorded result another replica may retry. Longer than the deadline by the time to record it. */
  leaseMs: number;
  /** How long a batch waits for the first answer to its early calls. Slower answers are recorded in another transaction. */
  firstAnswerMs: number;
  /** How long it then waits for the others, so that one slow call delays a batch no longer. */
  otherAnswersMs: number;
  /** Maximum current calls of this process. Further payments wait in the database. */
  callsMax: number;
  authoriseAttemptsMax: number;
  /** Between the attempts after an error or a timeout. */
  backoff: Backoff;
  retryIntervalMs: number;
}

export const PROVIDER_CALL_LIMITS = Symbol('provider-call-limits');

export const providerCallLimits: ProviderCallLimits = {
  deadlineMs: 3_000,
  leaseMs: 6_000,
  firstAnswerMs: 100,
  otherAnswersMs: 20,
  callsMax: 1_024,
  authoriseAttemptsMax: 10,
  backoff: { minMs: 100, maxMs: 30_000 },
  retryIntervalMs: 500,
};
