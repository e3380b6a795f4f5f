import 'reflect-metadata';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fieldRequirementOf, withTimeout } from '@doorbuster/service/process';
import { NestLogger, type Logger } from '@doorbuster/telemetry';
import type { NatsConnection } from '@nats-io/transport-node';
import { NestFactory } from '@nestjs/core';
import { ClientNats } from '@nestjs/microservices';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { AppModule } from './app.module.js';
import { compressLists } from './edge/compression.js';
import { ConnectionGuard } from './edge/connection-guard.js';
import { createHttpServer } from './edge/http-server.js';
import { identifyCallers, TokenVerifier, trustOf } from './edge/identity.js';
import { limitRates, RateLimiter } from './edge/limits.js';
import { LoadShedder } from './edge/load-shedder.js';
import { parseOnlyJson } from './edge/request-input.js';
import { observeRequests } from './edge/request-telemetry.js';
import { RouteTable } from './edge/route-table.js';
import { addSecurityHeaders } from './edge/security-headers.js';
import type { GatewayConfig } from './gateway.config.js';
import { IdentityProxy } from './identity/identity-proxy.js';
import { receiveImages } from './images/image-uploads.js';
import { ProblemFilter } from './problem/problem.filter.js';
import { WEB_ASSETS } from './web/web-pages.js';

/** Without an answer from the broker the gateway starts anyway: the first rejected order shows that an event was missed. */
const SUBSCRIPTIONS_MS = 2_000;

/** A gateway that is connected to NATS and does not listen yet. */
export async function createGateway(config: GatewayConfig, logger: Logger): Promise<NestFastifyApplication> {
  z.config({ customError: fieldRequirementOf });
  const http = createHttpServer(config.trustProxy, (error, request, reply) =>
    app.get(ProblemFilter).answer(error, request, reply),
  );
  const app = await NestFactory.create<NestFastifyApplication>(
    AppModule.forRoot(config, logger),
    http.adapter,
    { logger: new NestLogger(logger), bodyParser: false, abortOnError: false },
  );
  addHooks(app, config);
  app.useStaticAssets(WEB_ASSETS);
  app.useStaticAssets({ root: docsAssets(), prefix: '/docs/assets/', index: false, decorateReply: false });
  if (config.identityUrls.length > 0) {
    new IdentityProxy(config.identityUrls).serve(
      app.getHttpAdapter().getInstance(),
      (error, request, reply) => app.get(ProblemFilter).answer(error, request, reply),
    );
  }
  await app.init();
  await awaitSubscriptions(app);
  await app.getHttpAdapter().getInstance().ready();
  app.get(ConnectionGuard).attach(http.server, app.get(LoadShedder).attach(http.handle));
  return app;
}

/** The broker has the subscriptions, so no event is missed from now on. */
async function awaitSubscriptions(app: NestFastifyApplication): Promise<void> {
  const connection: NatsConnection = await app.get(ClientNats).connect();
  await withTimeout(connection.flush(), SUBSCRIPTIONS_MS);
}

/** In the order in which they run. */
function addHooks(app: NestFastifyApplication, config: GatewayConfig): void {
  const fastify: FastifyInstance = app.getHttpAdapter().getInstance();
  app.get(RouteTable).collectFrom(fastify);
  compressLists(fastify);
  addSecurityHeaders(fastify);
  observeRequests(fastify, config.trustsTraceparent);
  parseOnlyJson(fastify);
  receiveImages(fastify);
  identifyCallers(fastify, app.get(TokenVerifier));
  limitRates(fastify, app.get(RateLimiter), trustOf(config.trustProxy));
}

const docsAssets = (): string => dirname(fileURLToPath(import.meta.resolve('swagger-ui-dist/package.json')));
