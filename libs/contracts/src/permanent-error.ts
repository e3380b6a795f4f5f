import { z } from 'zod';

/**
 * An error that the same input causes every time, such as an illegal transition. The event becomes a dead letter at once;
 * after other errors it is retried first.
 */
export class PermanentError extends Error {
  override readonly name: string = 'PermanentError';
}

/** True for a {@link PermanentError}, and for input that does not match its schema. */
export const isPermanentError = (error: unknown): boolean =>
  error instanceof PermanentError || error instanceof z.core.$ZodError;
