import { natsOptions, watchConnection } from '@doorbuster/messaging';
import { awaitNats, RpcSigner } from '@doorbuster/service/process';
import { outageReporter, type Logger } from '@doorbuster/telemetry';
import type { NatsConnection } from '@nats-io/transport-node';
import {
  Global,
  Inject,
  Module,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { ClientNats } from '@nestjs/microservices';
import { GatewayConfig } from '../gateway.config.js';
import { LOGGER } from '../tokens.js';
import { Changes } from './changes.js';
import { DatabaseClock } from './database-clock.js';
import { RpcClient } from './rpc-client.js';

/** Nest's NATS client. It connects before the first request, and closes after the last one. */
@Global()
@Module({
  providers: [
    {
      provide: ClientNats,
      inject: [GatewayConfig],
      useFactory: ({ nats }: GatewayConfig) =>
        // Otherwise each request captures a stack trace.
        new ClientNats({ ...natsOptions(nats.url, 'gateway', nats.caFile), noAsyncTraces: true }),
    },
    {
      provide: RpcSigner,
      inject: [GatewayConfig],
      useFactory: ({ rpcSigningKey }: GatewayConfig) => new RpcSigner(rpcSigningKey),
    },
    RpcClient,
    DatabaseClock,
    Changes,
  ],
  exports: [ClientNats, RpcClient, DatabaseClock, Changes],
})
export class RpcModule implements OnApplicationBootstrap, OnApplicationShutdown {
  constructor(
    private readonly client: ClientNats,
    private readonly config: GatewayConfig,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    const connecting = this.client.connect() as Promise<NatsConnection>;
    const connection = await awaitNats(connecting, this.config.nats.url, this.logger);
    void watchConnection(connection, outageReporter(this.logger, 'NATS'));
  }

  async onApplicationShutdown(): Promise<void> {
    await this.client.close();
  }
}
