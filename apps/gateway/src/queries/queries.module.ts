import { natsOptions } from '@doorbuster/messaging';
import {
  Global,
  Inject,
  Module,
  type DynamicModule,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { ClientNats, type NatsOptions } from '@nestjs/microservices';
import type { GatewayConfig } from '../config.js';
import { NATS_CLIENT } from '../tokens.js';
import { DatabaseClock } from '../database-time/database-clock.js';
import { Queries } from './queries.js';

/** Nest's own NATS client, connected before the first request and closed after the last. */
@Global()
@Module({})
export class QueriesModule implements OnApplicationBootstrap, OnApplicationShutdown {
  constructor(@Inject(NATS_CLIENT) private readonly client: ClientNats) {}

  static forRoot({ url, caFile }: GatewayConfig['nats']): DynamicModule {
    const options = natsOptions(url, 'gateway', caFile) as NonNullable<NatsOptions['options']>;
    return {
      module: QueriesModule,
      providers: [
        { provide: NATS_CLIENT, useFactory: () => new ClientNats(options) },
        Queries,
        DatabaseClock,
      ],
      exports: [NATS_CLIENT, Queries, DatabaseClock],
    };
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.client.connect();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.client.close();
  }
}
