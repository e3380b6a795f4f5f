import { Controller, Get, Header, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Allow } from '../edge/identity.js';
import { GatewayConfig } from '../gateway.config.js';
import { ReadinessProbe } from '../health/readiness.js';
import { ProblemException } from '../problem/problem.exception.js';
import { startPage } from './start-page.js';

/** Other characters have no place in a host name, and might have a meaning in a shell. */
const HOST = /^[\w.:[\]-]+$/;

@Controller('about')
@Allow('anyone')
export class StartPageController {
  /** Only where the gateway issues tokens: in production neither the page nor the address of traces is for everyone. */
  private readonly issuesTokens: boolean;
  private readonly tracesUrl: string | undefined;

  constructor(
    private readonly config: GatewayConfig,
    private readonly readiness: ReadinessProbe,
  ) {
    this.issuesTokens = config.issuesTokens;
    this.tracesUrl = this.issuesTokens ? homeOf(config.traceUrlTemplate) : undefined;
  }

  /** @throws {ProblemException} NOT_FOUND for a client that does not ask for HTML, such as curl */
  @Get()
  @Header('content-type', 'text/html; charset=utf-8')
  @Header('cache-control', 'no-store')
  @Header('vary', 'accept')
  async page(@Req() { headers, protocol, host }: FastifyRequest): Promise<string> {
    if (!/\btext\/html\b/i.test(headers.accept ?? '')) {
      throw new ProblemException(
        'NOT_FOUND',
        'There is a page for browsers. GET /openapi.json lists all paths.',
      );
    }
    return startPage({
      url: HOST.test(host) ? `${protocol}://${host}` : `http://localhost:${this.config.port}`,
      issuesTokens: this.issuesTokens,
      tracesUrl: this.tracesUrl,
      dependencies: await this.readiness.dependencies(),
    });
  }
}

/** The site of a trace's page. */
const homeOf = (traceUrlTemplate: string | undefined): string | undefined =>
  traceUrlTemplate === undefined ? undefined : `${new URL(traceUrlTemplate).origin}/`;
