import type { ErrorCode } from '@doorbuster/contracts';

/** A request that is refused before its handler sees it. Neither code nor detail holds a value of the request. */
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
