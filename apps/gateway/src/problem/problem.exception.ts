import type { ErrorCode, FieldError, Problem, Refusal } from '@doorbuster/contracts';
import { PROBLEM_TYPES } from './problem-types.js';

export interface ProblemOptions {
  /** Members beyond the standard ones. */
  extensions?: Pick<Problem, 'errors' | 'orderId' | 'changes' | 'skus' | 'dependencies'>;
  headers?: Record<string, string>;
  cause?: unknown;
}

/** Answers the request with a problem document. */
export class ProblemException extends Error {
  override readonly name = 'ProblemException';
  readonly extensions: ProblemOptions['extensions'];
  readonly headers: Record<string, string>;

  constructor(
    readonly code: ErrorCode,
    /** For a person: what is wrong and what to do. */
    readonly detail: string,
    { extensions, headers = {}, cause }: ProblemOptions = {},
  ) {
    // No stack trace: refusals are expected, and capturing one is costly.
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    super(`${code}: ${detail}`, { cause });
    Error.stackTraceLimit = stackTraceLimit;
    this.extensions = extensions;
    const { retryAfterSeconds } = PROBLEM_TYPES[code];
    this.headers = retryAfterSeconds ? { 'retry-after': String(retryAfterSeconds), ...headers } : headers;
  }
}

/** The answer to a request that a service refused. */
export const problemOf = ({ code, detail, changes }: Refusal): ProblemException =>
  new ProblemException(code, detail, changes && { extensions: { changes } });

export function invalidFields(errors: FieldError[]): ProblemException {
  const places = errors.map(({ path }) => path || 'the body').slice(0, 3);
  const rest = errors.length > places.length ? ' and more' : '';
  return new ProblemException('VALIDATION_FAILED', `Mend ${places.join(', ')}${rest}; see errors.`, {
    extensions: { errors },
  });
}
