import { durablesOf, type ServiceName } from '@doorbuster/contracts';
import { connectNats, JetStreamServer, Publisher, watchConnection } from '@doorbuster/messaging';
import { outageReporter, type Logger } from '@doorbuster/telemetry';
import type { NatsConnection } from '@nats-io/transport-node';
import { Global, Inject, Module, type OnApplicationShutdown } from '@nestjs/common';
import { APP_FILTER, APP_INTERCEPTOR } from '@nestjs/core';
import { z } from 'zod';
import { configOf, LOGGER, SERVICE_NAME } from '../configuration/configuration.module.js';
import { natsConfig } from '../configuration/variables.js';
import { verificationKeys } from '../rpc/rpc-keys.js';
import { RpcErrorFilter } from '../rpc/rpc-error.filter.js';
import { RpcRequestInterceptor } from '../rpc/rpc-request.interceptor.js';
import { RpcVerifier } from '../rpc/rpc-signature.js';
import { RpcTracingInterceptor } from '../rpc/rpc-tracing.interceptor.js';
import { SHUTDOWN_MS } from '../shutdown-budget.js';
import { closeWithin } from '../shutdown.js';
import { awaitNats } from './await-nats.js';

export const NATS_CONNECTION = Symbol('nats-connection');

export class MessagingConfig extends configOf(
  z.object({
    ...natsConfig,
    /** Public keys of the gateways whose requests may change state. */
    RPC_VERIFICATION_KEYS: verificationKeys,
  }),
) {}

/**
 * The connection to NATS, the publisher, the JetStream transport, and the filter and interceptors of every RPC. These apply to
 * the RPC transport, which inherits the application's; the JetStream transport does not.
 */
@Global()
@Module({
  providers: [
    MessagingConfig,
    {
      provide: NATS_CONNECTION,
      useFactory: async (config: MessagingConfig, service: ServiceName, logger: Logger) => {
        const connecting = connectNats(config.NATS_URL, service, config.NATS_CA_FILE);
        const nc = await awaitNats(connecting, config.NATS_URL, logger);
        void watchConnection(nc, outageReporter(logger, 'NATS'));
        return nc;
      },
      inject: [MessagingConfig, SERVICE_NAME, LOGGER],
    },
    { provide: Publisher, useFactory: (nc: NatsConnection) => new Publisher(nc), inject: [NATS_CONNECTION] },
    {
      provide: JetStreamServer,
      useFactory: (nc: NatsConnection, service: ServiceName, logger: Logger) =>
        new JetStreamServer(nc, durablesOf(service), logger),
      inject: [NATS_CONNECTION, SERVICE_NAME, LOGGER],
    },
    {
      provide: RpcVerifier,
      useFactory: (config: MessagingConfig) => new RpcVerifier(config.RPC_VERIFICATION_KEYS),
      inject: [MessagingConfig],
    },
    { provide: APP_FILTER, useClass: RpcErrorFilter },
    // In this order, so that a refused request also has a span.
    { provide: APP_INTERCEPTOR, useClass: RpcTracingInterceptor },
    { provide: APP_INTERCEPTOR, useClass: RpcRequestInterceptor },
  ],
  exports: [NATS_CONNECTION, Publisher, JetStreamServer],
})
export class MessagingModule implements OnApplicationShutdown {
  constructor(
    @Inject(NATS_CONNECTION) private readonly nc: NatsConnection,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  async onApplicationShutdown(): Promise<void> {
    await closeWithin(SHUTDOWN_MS.connection, 'NATS', this.nc.drain(), this.logger);
  }
}
