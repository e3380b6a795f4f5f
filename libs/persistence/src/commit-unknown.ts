import { sqlStateOf } from './postgres-errors.js';

/**
 * The connection was lost while COMMIT was on its way: the transaction is committed, or it is not. A look at what it
 * should have written tells.
 */
export class CommitUnknownError extends Error {
  override readonly name = 'CommitUnknownError';
  /** As PostgreSQL names it: transaction_resolution_unknown, which passes like other losses of a connection. */
  readonly code = '08007';

  constructor(options?: ErrorOptions) {
    super('the connection was lost during the commit', options);
  }
}

/** What a failure of COMMIT means: what the server itself refuses is rolled back, except when it was shutting down. */
export function asCommitError(error: unknown): unknown {
  const state = sqlStateOf(error);
  const isRefused = state !== undefined && !/^(08|57)/.test(state);
  const wasNeverSent = error instanceof Error && error.name === 'QueryRunnerAlreadyReleasedError';
  return isRefused || wasNeverSent ? error : new CommitUnknownError({ cause: error });
}
