import type { ErrorCode, Problem } from '@doorbuster/contracts';

/** The API refused the request. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly code: ErrorCode | undefined;
  readonly detail: string | undefined;

  constructor(
    request: string,
    readonly status: number,
    /** `undefined` when the answer is no problem document: it comes from something in front of the gateway. */
    readonly problem: Problem | undefined,
    readonly headers: { get(name: string): string | null },
  ) {
    super(
      `${request} was answered ${status} ${problem ? `${problem.code}: ${problem.detail}` : ''}`.trimEnd(),
    );
    this.code = problem?.code;
    this.detail = problem?.detail;
  }

  /** From `Retry-After`. Seconds only: the gateway sends no dates. https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3 */
  get retryAfterMs(): number | undefined {
    const header = this.headers.get('retry-after');
    const seconds = header === null ? Number.NaN : Number(header);
    return Number.isFinite(seconds) ? seconds * 1_000 : undefined;
  }
}

/** No whole answer came: the connection was refused, broke, or the time was over. The request may have been carried out. */
export class NoAnswerError extends Error {
  override readonly name = 'NoAnswerError';

  constructor(request: string, cause: unknown) {
    super(`${request} got no answer: ${String(cause)}`, { cause });
  }
}

/** The request succeeded, and its answer does not fit the contract. */
export class ContractError extends Error {
  override readonly name = 'ContractError';

  constructor(
    request: string,
    readonly status: number,
    cause: unknown,
  ) {
    super(`${request} was answered ${status} with a body that does not fit the contract`, { cause });
  }
}
