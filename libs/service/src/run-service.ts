import 'reflect-metadata';
import type { ServiceName } from '@doorbuster/contracts';
import { JetStreamServer, natsOptions } from '@doorbuster/messaging';
import type { DatabaseOptions } from '@doorbuster/persistence';
import { createLogger, NestLogger, type Logger } from '@doorbuster/telemetry';
import { Module, type INestApplication, type ModuleMetadata } from '@nestjs/common';
import type { NatsConnection } from '@nats-io/transport-node';
import { NestFactory } from '@nestjs/core';
import { Transport, type MicroserviceOptions } from '@nestjs/microservices';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { readConfig, serviceConfig, type ServiceConfig } from './config.js';
import { HealthProbe } from './health-probe.js';
import { serveHealth } from './health-server.js';
import { migrate } from './migrate.js';
import { RpcErrorFilter } from './rpc/rpc.decorator.js';
import { RpcTracingInterceptor } from './rpc/rpc-tracing.interceptor.js';
import { RpcRequestInterceptor } from './rpc/rpc-request.interceptor.js';
import { RpcRequestDeserializer } from './rpc/rpc-request.js';
import { RpcVerifier } from './rpc/rpc-signature.js';
import { ServiceModule } from './service.module.js';
import { SHUTDOWN_MS } from './shutdown-budget.js';
import { exitOnSignal } from './shutdown.js';

export interface ServiceDefinition extends Pick<ModuleMetadata, 'imports' | 'controllers' | 'providers'> {
  service: ServiceName;
  migrations: DatabaseOptions['migrations'];
  entities?: DatabaseOptions['entities'];
}

/** Starts a service: schema up to date, streams there, queries and batches being answered. */
export async function startService(
  definition: ServiceDefinition,
  config: ServiceConfig,
  logger: Logger = createLogger(definition.service, config.LOG_LEVEL),
): Promise<INestApplication> {
  const { service, migrations, entities, imports = [], controllers = [], providers = [] } = definition;

  @Module({
    imports: [ServiceModule.forRoot({ service, config, logger, migrations, entities }), ...imports],
    controllers,
    providers,
  })
  class RootModule {}

  const app = await NestFactory.create(RootModule, new FastifyAdapter(), {
    logger: new NestLogger(logger),
    abortOnError: false,
  });
  app.useGlobalFilters(new RpcErrorFilter(logger));
  const verifier = new RpcVerifier(config.RPC_VERIFICATION_KEYS);
  app.useGlobalInterceptors(new RpcTracingInterceptor(), new RpcRequestInterceptor(verifier));
  const nats = natsOptions(config.NATS_URL, service, config.NATS_CA_FILE);
  const queries = app.connectMicroservice<MicroserviceOptions>(
    {
      transport: Transport.NATS,
      options: {
        ...nats,
        queue: service,
        gracefulShutdown: true,
        gracePeriod: SHUTDOWN_MS.queries,
        deserializer: new RpcRequestDeserializer(),
      },
    },
    { inheritAppConfig: true },
  );
  app.connectMicroservice<MicroserviceOptions>({ strategy: app.get(JetStreamServer) });
  // Streams first: what the first request has to say would else wait in the outbox for the sweeper.
  await app.init();
  await app.startAllMicroservices();
  // Started means heard: the server has the subscriptions.
  await queries.unwrap<NatsConnection>().flush();
  logger.info('started');
  return app;
}

/** The whole of a service's `main.ts`; with the argument `migrate` it brings the schema up to date and ends. */
export async function runService(definition: ServiceDefinition): Promise<void> {
  if (process.argv[2] === 'migrate') return migrate(definition);
  const config = readConfig(serviceConfig);
  let app: INestApplication | undefined;
  // Before the start, which may wait for a database: the first process of a container ignores signals that it does not handle.
  exitOnSignal(async () => app?.close(), SHUTDOWN_MS.service);
  app = await startService(definition, config);
  const probe = app.get(HealthProbe);
  if (config.PORT !== undefined) await serveHealth(config.PORT, () => probe.dependencies(), config.HOST);
}
