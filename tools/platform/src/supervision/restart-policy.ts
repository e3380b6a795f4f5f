/** When a process that ended is started again. */
export interface RestartPolicy {
  firstDelayMs: number;
  delayMsMax: number;
  /** After a run of this length the count of failures starts again. */
  stableAfterMs: number;
}

/**
 * The first restart is nearly immediate. The delay lets the kernel release connections and shared memory, and lets a
 * test delete the storage of a server that it has killed.
 */
export const RESTART_POLICY: RestartPolicy = { firstDelayMs: 150, delayMsMax: 5_000, stableAfterMs: 3_000 };

export interface Restart {
  /** Ends in a row without a stable run between them, this one included. */
  failures: number;
  delayMs: number;
}

export function nextRestart(policy: RestartPolicy, failuresBefore: number, ranMs: number): Restart {
  const failures = ranMs >= policy.stableAfterMs ? 1 : failuresBefore + 1;
  const delayMs = Math.min(policy.delayMsMax, policy.firstDelayMs * 2 ** (failures - 1));
  return { failures, delayMs };
}
