/** The database cannot be used. The message says why and what to do. */
export class DatabaseNotReadyError extends Error {
  override readonly name = 'DatabaseNotReadyError';
  readonly code = 'DATABASE_NOT_READY';
}
