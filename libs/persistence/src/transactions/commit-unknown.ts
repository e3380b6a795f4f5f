import { sqlStateOf } from './postgres-errors.js';

/** The connection was lost during COMMIT, so the transaction may be committed or not. Read its rows to find out. */
export class CommitUnknownError extends Error {
  override readonly name = 'CommitUnknownError';
  /** PostgreSQL's code transaction_resolution_unknown. It counts as transient, like other lost connections. */
  readonly code = '08007';

  constructor(options?: ErrorOptions) {
    super('the connection was lost during the commit', options);
  }
}

/** Maps an error of COMMIT. An error from the server means a rollback, unless the server was shutting down. */
export function asCommitError(error: unknown): unknown {
  const state = sqlStateOf(error);
  const isRefused = state !== undefined && !/^(08|57)/.test(state);
  const wasNeverSent = error instanceof Error && error.name === 'QueryRunnerAlreadyReleasedError';
  return isRefused || wasNeverSent ? error : new CommitUnknownError({ cause: error });
}
