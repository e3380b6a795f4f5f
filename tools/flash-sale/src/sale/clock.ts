import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';

/** The time of a sale: milliseconds since its opening. */
export interface Clock {
  now(): number;
  /** Shorter when the sale is stopped. */
  pause(ms: number): Promise<void>;
  readonly isStopped: boolean;
}

export function startClock(stop: AbortSignal): Clock {
  // Every pausing buyer adds a listener.
  setMaxListeners(0, stop);
  const openedAt = performance.now();
  return {
    now: () => performance.now() - openedAt,
    pause: (ms) => sleep(Math.max(0, ms), undefined, { signal: stop }).catch(() => undefined),
    get isStopped() {
      return stop.aborted;
    },
  };
}
