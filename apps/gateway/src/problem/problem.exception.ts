import type { ErrorCode, Problem } from '@doorbuster/contracts';
import { PROBLEM_TYPES } from './problem-types.js';

export interface ProblemOptions {
  /** Members beyond the standard ones. */
  extensions?: Pick<Problem, 'errors' | 'orderId' | 'dependencies'>;
  headers?: Record<string, string>;
  cause?: unknown;
}

/** Ends a request with a problem document. */
export class ProblemException extends Error {
  override readonly name = 'ProblemException';
  readonly extensions: ProblemOptions['extensions'];
  readonly headers: Record<string, string>;

  constructor(
    readonly code: ErrorCode,
    /** One sentence for a person, saying what to do. */
    readonly detail: string,
    { extensions, headers = {}, cause }: ProblemOptions = {},
  ) {
    // A refusal is an answer. Where it was thrown interests nobody, and finding out costs as much as the answer.
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    super(`${code}: ${detail}`, { cause });
    Error.stackTraceLimit = stackTraceLimit;
    this.extensions = extensions;
    const { retryAfterSeconds } = PROBLEM_TYPES[code];
    this.headers = retryAfterSeconds ? { 'retry-after': String(retryAfterSeconds), ...headers } : headers;
  }
}
