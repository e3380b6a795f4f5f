import 'reflect-metadata';
import { networkInterfaces } from 'node:os';
import type { ServiceName } from '@doorbuster/contracts';
import { JetStreamServer, natsOptions } from '@doorbuster/messaging';
import type { SchemaDefinition } from '@doorbuster/persistence';
import { NestLogger, type Logger } from '@doorbuster/telemetry';
import type { NatsConnection } from '@nats-io/transport-node';
import type { Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Transport, type MicroserviceOptions } from '@nestjs/microservices';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { LOGGER, SERVICE_NAME } from './configuration/configuration.module.js';
import { exitOnStartError, refuseUnknownArguments } from './configuration/read-config.js';
import { HealthConfig } from './health/health.module.js';
import { MessagingConfig } from './messaging/messaging.module.js';
import { migrate } from './persistence/migrate.js';
import { RpcRequestDeserializer } from './rpc/rpc-request.js';
import { SHUTDOWN_MS } from './shutdown-budget.js';
import { exitOnSignal } from './shutdown.js';

/** Limits of the HTTP server of the health endpoints. */
const CONNECTIONS_MAX = 32;
const REQUEST_TIMEOUT_MS = 2_000;
/** Short, because idle connections of probes count for the maximum. */
const KEEP_ALIVE_TIMEOUT_MS = 5_000;

/**
 * A service's `main.ts`: runs its root module until a signal ends the process. With the argument `migrate` it runs the
 * migrations and ends. The root module imports at least `ConfigurationModule`, `MessagingModule` and `HealthModule`.
 */
export async function runService(rootModule: Type, schema?: SchemaDefinition): Promise<void> {
  let isClosing = false;
  try {
    refuseUnknownArguments(['migrate']);
    if (process.argv[2] === 'migrate') return await migrateOf(schema);
    let app: NestFastifyApplication | undefined;
    // Before the start, which may wait for a database: the first process of a container ignores signals without a handler.
    exitOnSignal(async () => {
      isClosing = true;
      await app?.close();
    }, SHUTDOWN_MS.service);
    app = await NestFactory.create<NestFastifyApplication>(rootModule, httpAdapter(), {
      // Until `listen` sets the logger: Nest's own would print an error of the start, with its stack, before this function.
      logger: false,
      abortOnError: false,
    });
    await listen(app);
  } catch (error) {
    // A signal during the start closes connections that the start still uses.
    if (!isClosing) exitOnStartError(error);
  }
}

function migrateOf(schema: SchemaDefinition | undefined): Promise<void> {
  if (schema === undefined) throw new Error('this service has no schema to migrate');
  return migrate(schema);
}

/** Serves `/healthz` and `/readyz`. Nest also needs it for an application with more than one transport. */
export const httpAdapter = (): FastifyAdapter =>
  new FastifyAdapter({
    requestTimeout: REQUEST_TIMEOUT_MS,
    connectionTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
    // An idle connection of a probe does not delay the shutdown.
    forceCloseConnections: true,
  });

/** Connects the transports: RPC over core NATS, batches over JetStream, and health over HTTP where there is a `PORT`. */
export async function listen(app: NestFastifyApplication): Promise<void> {
  const logger = app.get<Logger>(LOGGER);
  app.useLogger(new NestLogger(logger));
  const service = app.get<ServiceName>(SERVICE_NAME);
  const { NATS_URL, NATS_CA_FILE } = app.get(MessagingConfig);
  const rpc = app.connectMicroservice<MicroserviceOptions>(
    {
      transport: Transport.NATS,
      options: {
        ...natsOptions(NATS_URL, service, NATS_CA_FILE),
        queue: service,
        gracefulShutdown: true,
        gracePeriod: SHUTDOWN_MS.rpcs,
        deserializer: new RpcRequestDeserializer(),
      },
    },
    { inheritAppConfig: true },
  );
  app.connectMicroservice<MicroserviceOptions>({ strategy: app.get(JetStreamServer) });
  await app.init();
  await app.startAllMicroservices();
  // The server refuses requests until it has the subscriptions.
  await rpc.unwrap<NatsConnection>().flush();
  const { PORT, HOST } = app.get(HealthConfig);
  app.getHttpServer().maxConnections = CONNECTIONS_MAX;
  if (PORT !== undefined) await app.listen(PORT, HOST ?? everyAddress());
  logger.info('started');
}

/** `::` receives IPv4 as well. */
const everyAddress = (): string =>
  Object.values(networkInterfaces()).some((addresses) => addresses?.some(({ family }) => family === 'IPv6'))
    ? '::'
    : '0.0.0.0';
