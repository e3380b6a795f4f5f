import { z } from 'zod';

/**
 * The same input fails the same way every time: an illegal transition, a message of an unknown type. The event becomes a
 * dead letter at once. Every other unknown error is retried first.
 */
export class PermanentError extends Error {}

/** True for a {@link PermanentError} and for input that does not fit its schema. */
export const isPermanentError = (error: unknown): boolean =>
  error instanceof PermanentError || error instanceof z.core.$ZodError;
