import { natsOptions } from '@doorbuster/messaging';
import { RpcSigner } from '@doorbuster/service/process';
import {
  Global,
  Inject,
  Module,
  type DynamicModule,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { ClientNats, type NatsOptions } from '@nestjs/microservices';
import type { GatewayConfig } from '../gateway.config.js';
import { NATS_CLIENT } from '../tokens.js';
import { DatabaseClock } from './database-clock.js';
import { Changes } from './changes.js';
import { RpcClient } from './rpc-client.js';

/** Nest's own NATS client, connected before the first request and closed after the last. */
@Global()
@Module({})
export class RpcModule implements OnApplicationBootstrap, OnApplicationShutdown {
  constructor(@Inject(NATS_CLIENT) private readonly client: ClientNats) {}

  static forRoot({ nats, rpcSigningKey }: Pick<GatewayConfig, 'nats' | 'rpcSigningKey'>): DynamicModule {
    const options = natsOptions(nats.url, 'gateway', nats.caFile) as NonNullable<NatsOptions['options']>;
    return {
      module: RpcModule,
      providers: [
        { provide: NATS_CLIENT, useFactory: () => new ClientNats(options) },
        { provide: RpcSigner, useValue: new RpcSigner(rpcSigningKey) },
        RpcClient,
        DatabaseClock,
        Changes,
      ],
      exports: [NATS_CLIENT, RpcClient, DatabaseClock, Changes],
    };
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.client.connect();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.client.close();
  }
}
