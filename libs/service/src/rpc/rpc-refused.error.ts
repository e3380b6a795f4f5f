import type { ErrorCode } from '@doorbuster/contracts';

/** A request is refused before its handler runs. Code and detail contain no value of the request. */
export class RpcRefusedError extends Error {
  override readonly name = 'RpcRefusedError';

  constructor(
    readonly code: Extract<
      ErrorCode,
      'UNAUTHENTICATED' | 'FORBIDDEN' | 'VALIDATION_FAILED' | 'MALFORMED_JSON'
    >,
    readonly detail: string,
  ) {
    super(detail);
  }
}
