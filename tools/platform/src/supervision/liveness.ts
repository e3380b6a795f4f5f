import { setTimeout as delay } from 'node:timers/promises';

/** Number of failed checks in a row after which a process counts as hung. */
const MISSES = 3;
/** Between two checks of a process that answers. */
const PAUSE_MS = 1_000;
/** A check that exceeds its timeout by this much was delayed by a pause of this process, and does not count. */
const OWN_PAUSE_MS = 1_000;

export interface LivenessOptions {
  /** Any HTTP answer counts as alive. */
  url: string;
  /** Maximum time without an answer. */
  silentMs: number;
  signal: AbortSignal;
}

/**
 * Resolves with true when a process has not answered for `silentMs`: it is stopped, or its event loop is blocked. Resolves with
 * false when `signal` ends the watch. A refused connection does not count: the process is starting, or too busy.
 */
export async function hangs({ url, silentMs, signal }: LivenessOptions): Promise<boolean> {
  const checkMs = silentMs / MISSES;
  for (let misses = 0; !signal.aborted;) {
    const begun = performance.now();
    const isSilent = await staysSilent(url, checkMs);
    const isOwnPause = performance.now() - begun > checkMs + OWN_PAUSE_MS;
    misses = isSilent && !isOwnPause ? misses + 1 : 0;
    if (misses === MISSES) return !signal.aborted;
    if (!isSilent) await delay(PAUSE_MS, undefined, { signal, ref: false }).catch(() => undefined);
  }
  return false;
}

async function staysSilent(url: string, ms: number): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(ms) });
    await response.body?.cancel();
    return false;
  } catch (error) {
    return error instanceof Error && error.name === 'TimeoutError';
  }
}
