import { childTraceparent, traceIdOf, type Logger } from '@doorbuster/telemetry';
import { Catch, HttpException, Inject, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { BODY_BYTES_MAX } from '../edge/body-limit.js';
import { RouteTable } from '../edge/route-table.js';
import { SECURITY_HEADERS } from '../edge/security-headers.js';
import { LOGGER } from '../tokens.js';
import { isPageRequest, sendPage } from '../web/web-pages.js';
import { PROBLEM_MEDIA_TYPE, problemDocument } from './problem-document.js';
import { PROBLEM_TYPES } from './problem-types.js';
import { ProblemException } from './problem.exception.js';

/** Answers every exception with a problem document. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly routes: RouteTable,
  ) {}

  catch(exception: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    this.answer(exception, http.getRequest<FastifyRequest>(), http.getResponse<FastifyReply>());
  }

  answer(exception: unknown, request: FastifyRequest, reply: FastifyReply): void {
    // The router refuses some requests before the hooks, which add the trace and the security headers.
    const isBeforeHooks = !request.traceparent;
    const traceparent = isBeforeHooks ? childTraceparent(undefined) : request.traceparent;
    const problem = this.orMethodNotAllowed(toProblem(exception, request), request);
    request.span?.setAttribute('doorbuster.problem.code', problem.code);
    if (problem.code === 'INTERNAL_ERROR') {
      request.span?.recordException(problem.cause instanceof Error ? problem.cause : problem);
      this.logger.error({ err: problem.cause ?? problem, traceId: traceIdOf(traceparent) }, 'request failed');
    }
    if (reply.sent || reply.raw.headersSent) return;
    if (isBeforeHooks) reply.headers(SECURITY_HEADERS);
    if (problem.code === 'NOT_FOUND' && isPageRequest(request)) {
      void sendPage(reply);
      return;
    }
    void reply
      .code(PROBLEM_TYPES[problem.code].status)
      .headers({ traceparent, ...problem.headers, 'content-type': PROBLEM_MEDIA_TYPE })
      .send(JSON.stringify(problemDocument(problem, request.raw.url ?? '', traceparent)));
  }

  private orMethodNotAllowed(problem: ProblemException, request: FastifyRequest): ProblemException {
    if (problem.code !== 'NOT_FOUND') return problem;
    const methods = this.routes.methodsOf(request.raw.url ?? '');
    if (methods.length === 0 || methods.includes(request.method)) return problem;
    const allow = methods.join(', ');
    return new ProblemException('METHOD_NOT_ALLOWED', `Use ${allow}.`, { headers: { allow } });
  }
}

/** Errors of Fastify that have a problem of their own, by code. */
const FASTIFY_ERRORS: Record<string, (request: FastifyRequest) => ProblemException> = {
  FST_ERR_CTP_INVALID_MEDIA_TYPE: () =>
    new ProblemException(
      'UNSUPPORTED_MEDIA_TYPE',
      'Send the body as JSON, with the header Content-Type: application/json.',
    ),
  FST_ERR_CTP_BODY_TOO_LARGE: ({ routeOptions }) =>
    new ProblemException(
      'PAYLOAD_TOO_LARGE',
      `A body may have at most ${(routeOptions.bodyLimit ?? BODY_BYTES_MAX) / 1024} KiB here. Send less in one request.`,
    ),
};

/** An unexpected exception becomes an INTERNAL_ERROR without details. */
function toProblem(exception: unknown, request: FastifyRequest): ProblemException {
  if (exception instanceof ProblemException) return exception;
  const known = FASTIFY_ERRORS[codeOf(exception) ?? ''] ?? FASTIFY_ERRORS[codeOf(causeOf(exception)) ?? ''];
  if (known) return known(request);
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
