import { ApiError, NoAnswerError } from './errors.js';

export interface RetryOptions {
  /** No further attempt starts after that. */
  withinMs: number;
  /** Which failures may pass; `isTransient` by default. */
  mayPass?: (error: unknown) => boolean;
}

const PAUSE_MS = 200;

/** 429, 5xx and no answer at all. */
export const isTransient = (error: unknown): boolean =>
  error instanceof NoAnswerError ||
  (error instanceof ApiError && (error.status === 429 || error.status >= 500));

/**
 * Repeats the call while its failure may pass, not before `Retry-After`. A call that changes something needs the same
 * idempotency key each time.
 *
 * @throws the last failure
 */
export async function withRetries<T>(
  call: () => Promise<T>,
  { withinMs, mayPass = isTransient }: RetryOptions,
): Promise<T> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    try {
      return await call();
    } catch (error) {
      if (!mayPass(error) || Date.now() > deadline) throw error;
      const pauseMs = (error instanceof ApiError && error.retryAfterMs) || PAUSE_MS;
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  }
}
