import { HttpException } from '@nestjs/common';
import { ProblemException } from './problem.exception.js';

/** What the framework throws by itself, by the code of Fastify's error. */
const FASTIFY_ERRORS: Record<string, () => ProblemException> = {
  FST_ERR_CTP_INVALID_MEDIA_TYPE: () =>
    new ProblemException('UNSUPPORTED_MEDIA_TYPE', 'Send the body as application/json.'),
  FST_ERR_CTP_BODY_TOO_LARGE: () =>
    new ProblemException('PAYLOAD_TOO_LARGE', 'A body may have at most 64 KiB.'),
};

/** Every exception as a problem; what is not expected here becomes an INTERNAL_ERROR that says nothing. */
export function toProblem(exception: unknown): ProblemException {
  if (exception instanceof ProblemException) return exception;
  const known = FASTIFY_ERRORS[codeOf(exception) ?? ''] ?? FASTIFY_ERRORS[codeOf(causeOf(exception)) ?? ''];
  if (known) return known();
  const status = statusOf(exception);
  if (status === 404)
    return new ProblemException('NOT_FOUND', 'No such path. GET /openapi.json lists them all.');
  if (status !== undefined && status >= 400 && status < 500) {
    return new ProblemException('BAD_REQUEST', 'The request is not well-formed HTTP.', { cause: exception });
  }
  return new ProblemException(
    'INTERNAL_ERROR',
    'Something went wrong on our side. Quote the traceId when you ask.',
    {
      cause: exception,
    },
  );
}

const field = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;

const causeOf = (exception: unknown): unknown => field(exception, 'cause');

function codeOf(exception: unknown): string | undefined {
  const code = field(exception, 'code');
  return typeof code === 'string' ? code : undefined;
}

function statusOf(exception: unknown): number | undefined {
  if (exception instanceof HttpException) return exception.getStatus();
  const status = field(exception, 'statusCode');
  return typeof status === 'number' ? status : undefined;
}
