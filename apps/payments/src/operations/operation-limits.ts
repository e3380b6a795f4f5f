import type { Backoff } from '../domain/backoff.js';

export interface OperationLimits {
  /** The provider has so long for an answer. */
  deadlineMs: number;
  /**
   * After so long without a recorded result whoever asked has crashed, and anybody may ask again. Longer than the
   * deadline by what it takes to record a result.
   */
  leaseMs: number;
  /** Calls under way in this process. What comes on top waits in the database. */
  callsMax: number;
  authoriseAttemptsMax: number;
  /** Between attempts after an error or a silence. */
  backoff: Backoff;
  sweepIntervalMs: number;
}

export const OPERATION_LIMITS = Symbol('operation-limits');

export const operationLimits: OperationLimits = {
  deadlineMs: 3_000,
  leaseMs: 6_000,
  callsMax: 1_024,
  authoriseAttemptsMax: 10,
  backoff: { minMs: 100, maxMs: 30_000 },
  sweepIntervalMs: 500,
};
