import 'reflect-metadata';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { NestLogger, type Logger } from '@doorbuster/telemetry';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import { AccessGuard } from './auth/access.guard.js';
import { TokenVerifier } from './edge/identity.js';
import type { GatewayConfig } from './gateway.config.js';
import { trustOf } from './edge/client-address.js';
import { compressLists } from './edge/compression.js';
import { ConnectionGuard } from './edge/connection-guard.js';
import { Draining } from './edge/graceful-shutdown.js';
import { EarlyRefusals } from './edge/load-shedder.js';
import { measureRequests } from './edge/http-metrics.js';
import { httpServer } from './edge/http-server.js';
import { identifyCallers } from './edge/identity.hook.js';
import { parseOnlyJson } from './edge/request-input.js';
import { limitRates } from './edge/rate-limit.js';
import { RateLimiter } from './edge/limits.js';
import { RouteTable } from './edge/route-table.js';
import { traceRequests } from './edge/request-telemetry.js';
import { GatewayModule } from './app.module.js';
import { ProblemFilter } from './problem/problem.filter.js';
import { ValidationPipe } from './problem/validation.pipe.js';

export interface Gateway {
  app: NestFastifyApplication;
  routes: RouteTable;
}

/** A gateway that is connected to NATS and not listening yet. */
export async function createGateway(config: GatewayConfig, logger: Logger): Promise<Gateway> {
  const routes = new RouteTable();
  const filter = new ProblemFilter(logger, routes);
  const app = await NestFactory.create<NestFastifyApplication>(
    GatewayModule.forRoot(config, logger),
    httpServer(config.trustProxy, filter),
    { logger: new NestLogger(logger), bodyParser: false, abortOnError: false },
  );
  const fastify: FastifyInstance = app.getHttpAdapter().getInstance();
  routes.collectFrom(fastify);
  compressLists(fastify);
  traceRequests(fastify, config.trustsTraceparent);
  measureRequests(fastify);
  app.get(Draining).closeConnectionsOf(fastify);
  parseOnlyJson(fastify);
  identifyCallers(fastify, app.get(TokenVerifier));
  limitRates(fastify, app.get(RateLimiter), trustOf(config.trustProxy));
  app.useStaticAssets({ root: docsAssets(), prefix: '/docs/assets/', index: false });
  // Without TLS of its own the gateway must not make browsers ask for it.
  app.useSecurityHeaders({ contentSecurityPolicy: { directives: { upgradeInsecureRequests: null } } });
  app.useGlobalGuards(new AccessGuard());
  app.useGlobalPipes(new ValidationPipe());
  app.useGlobalFilters(filter);
  await app.init();
  await fastify.ready();
  app.get(EarlyRefusals).standBefore(fastify.server, config.trustsTraceparent);
  app.get(ConnectionGuard).attach(fastify.server);
  return { app, routes };
}

const docsAssets = (): string => dirname(fileURLToPath(import.meta.resolve('swagger-ui-dist/package.json')));
