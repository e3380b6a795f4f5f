/** How soon a process that ended is started again. */
export interface RestartPolicy {
  firstDelayMs: number;
  delayMsMax: number;
  /** What ran this long before it ended was well; its next end counts as a first one. */
  stableAfterMs: number;
}

/**
 * The first restart comes nearly at once, yet leaves time for the last effects of an end: for connections and shared
 * memory to go, and for whoever deletes the storage of a server right after killing it.
 */
export const RESTART_POLICY: RestartPolicy = { firstDelayMs: 150, delayMsMax: 5_000, stableAfterMs: 3_000 };

export interface Restart {
  /** How many ends followed one another without a stable run between them, this one included. */
  failures: number;
  delayMs: number;
}

export function nextRestart(policy: RestartPolicy, failuresBefore: number, ranMs: number): Restart {
  const failures = ranMs >= policy.stableAfterMs ? 1 : failuresBefore + 1;
  const delayMs = Math.min(policy.delayMsMax, policy.firstDelayMs * 2 ** (failures - 1));
  return { failures, delayMs };
}
