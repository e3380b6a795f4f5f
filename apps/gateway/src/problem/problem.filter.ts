import type { Logger } from '@doorbuster/telemetry';
import { childTraceparent, traceIdOf } from '@doorbuster/telemetry';
import { Catch, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { RouteTable } from '../edge/route-table.js';
import { PROBLEM_MEDIA_TYPE, problemDocument } from './problem-document.js';
import { PROBLEM_TYPES } from './problem-types.js';
import { ProblemException } from './problem.exception.js';
import { toProblem } from './to-problem.js';

/** The one way out for everything that is thrown while a request is handled. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(
    private readonly logger: Logger,
    private readonly routes: RouteTable,
  ) {}

  catch(exception: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    this.answer(exception, http.getRequest<FastifyRequest>(), http.getResponse<FastifyReply>());
  }

  answer(exception: unknown, request: FastifyRequest, reply: FastifyReply): void {
    // A request that the router refuses never came to the hook that sets it.
    const traceparent = request.traceparent || childTraceparent(undefined);
    const problem = this.orMethodNotAllowed(toProblem(exception), request);
    request.span?.setAttribute('doorbuster.problem.code', problem.code);
    if (problem.code === 'INTERNAL_ERROR') {
      request.span?.recordException(problem.cause instanceof Error ? problem.cause : problem);
      this.logger.error({ err: problem.cause ?? problem, traceId: traceIdOf(traceparent) }, 'request failed');
    }
    if (reply.sent || reply.raw.headersSent) return;
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
