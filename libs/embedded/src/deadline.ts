import { setTimeout as delay } from 'node:timers/promises';

export class DeadlineExceededError extends Error {
  override readonly name = 'DeadlineExceededError';
}

export interface UntilOptions {
  deadlineMs: number;
  /** Pause between two tries. */
  intervalMs: number;
  /** What is waited for, for the error message. */
  what: string;
}

/** Repeats `attempt` until it returns something; what it throws counts as not yet. */
export async function until<T>(attempt: () => Promise<T | undefined>, options: UntilOptions): Promise<T> {
  const end = Date.now() + options.deadlineMs;
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
  } while (Date.now() < end);
  throw new DeadlineExceededError(`${options.what} took longer than ${options.deadlineMs} ms`, { cause });
}

/** Thrown by an attempt that no repetition can help. */
export class GiveUpError extends Error {
  override readonly name: string = 'GiveUpError';
}
