import { setTimeout as delay } from 'node:timers/promises';

export class DeadlineExceededError extends Error {
  override readonly name = 'DeadlineExceededError';
}

export interface UntilOptions {
  deadlineMs: number;
  /** Pause between two tries. */
  intervalMs: number;
  /** Subject of the error message. */
  what: string;
}

/** Repeats `attempt` until it returns a value. An exception counts as not yet, except {@link GiveUpError}. */
export async function until<T>(attempt: () => Promise<T | undefined>, options: UntilOptions): Promise<T> {
  const end = performance.now() + options.deadlineMs;
  let cause: unknown;
  do {
    try {
      const value = await attempt();
      if (value !== undefined) return value;
    } catch (error) {
      if (error instanceof GiveUpError) throw error;
      cause = error;
    }
    await delay(options.intervalMs);
  } while (performance.now() < end);
  throw new DeadlineExceededError(`${options.what} took longer than ${options.deadlineMs} ms`, { cause });
}

/** Ends the repetition: another attempt would fail, too. */
export class GiveUpError extends Error {
  override readonly name: string = 'GiveUpError';
}
