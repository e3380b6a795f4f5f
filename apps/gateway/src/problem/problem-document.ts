import type { Problem } from '@doorbuster/contracts';
import { traceIdOf } from '@doorbuster/telemetry';
import { PROBLEM_TYPES } from './problem-types.js';
import type { ProblemException } from './problem.exception.js';

export const PROBLEM_MEDIA_TYPE = 'application/problem+json';

/** RFC 9457. The path of the request's `url` becomes `instance`. */
export function problemDocument(exception: ProblemException, url: string, traceparent: string): Problem {
  const { code, detail, extensions } = exception;
  const { status, title } = PROBLEM_TYPES[code];
  return {
    type: `urn:doorbuster:problem:${code.toLowerCase().replaceAll('_', '-')}`,
    title,
    status,
    detail,
    instance: url.split('?', 1)[0] ?? url,
    code,
    traceId: traceIdOf(traceparent),
    ...extensions,
  };
}
