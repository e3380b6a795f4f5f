/** An error that the user can fix. It is printed without a stack, and nothing was written. */
export class GenerateError extends Error {
  override readonly name = 'GenerateError';
  readonly code = 'GENERATE';
}
