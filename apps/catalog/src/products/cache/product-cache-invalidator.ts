import { saleChanged } from '@doorbuster/contracts';
import { decodeBatch } from '@doorbuster/messaging';
import { LOGGER, NATS_CONNECTION } from '@doorbuster/service';
import type { Logger } from '@doorbuster/telemetry';
import { Inject, Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import type { Msg, NatsConnection } from '@nats-io/transport-node';
import { ProductCache } from './product-cache.js';

/**
 * Drops changed products from this replica's cache. It uses a plain subscription, not a stream consumer: every replica
 * gets every event, and a cache needs no past events. While disconnected it misses events, so the cache is not used.
 */
@Injectable()
export class ProductCacheInvalidator implements OnModuleInit, OnApplicationShutdown {
  constructor(
    @Inject(NATS_CONNECTION) private readonly nc: NatsConnection,
    private readonly cache: ProductCache,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onModuleInit(): void {
    this.nc.subscribe('evt.catalog.>', { callback: (error, message) => this.onMessage(error, message) });
    void this.followConnection();
    void this.start();
  }

  onApplicationShutdown(): void {
    this.cache.close();
  }

  /** A flush proves that the broker has the subscription. If it fails, the next reconnection starts the cache. */
  private async start(): Promise<void> {
    try {
      await this.nc.flush();
      await this.cache.startListening();
    } catch (err) {
      this.logger.warn({ err }, 'not receiving product events yet, reading without a cache');
    }
  }

  private onMessage(error: Error | null, message: Msg): void {
    if (error) {
      this.logger.error({ err: error }, 'cannot receive product events, reading without a cache');
      this.cache.stopListening();
      return;
    }
    if (message.subject === saleChanged.subject) return;
    try {
      const skus = new Set(decodeBatch(message.data).map(({ subject }) => subject));
      void this.cache.invalidate([...skus]);
    } catch (err) {
      this.logger.error({ err, subject: message.subject }, 'not a product event');
    }
  }

  private async followConnection(): Promise<void> {
    for await (const { type } of this.nc.status()) {
      if (type === 'disconnect') this.cache.stopListening();
      if (type === 'reconnect') await this.cache.startListening();
    }
  }
}
