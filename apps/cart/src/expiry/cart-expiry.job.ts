import { LOGGER, PollingJob } from '@doorbuster/service';
import type { Logger } from '@doorbuster/telemetry';
import {
  Inject,
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { DataSource } from 'typeorm';
import { CartConfig } from '../cart.config.js';
import { EXPIRED } from './expiry.sql.js';

const INTERVAL_MS = 10_000;

/** Deletes carts that were not changed for a long time, and old keys. It runs in every replica. */
@Injectable()
export class CartExpiryJob implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly job: PollingJob;

  constructor(
    private readonly dataSource: DataSource,
    private readonly config: CartConfig,
    @Inject(LOGGER) logger: Logger,
  ) {
    const sweep = (): Promise<boolean> => this.sweep();
    this.job = new PollingJob({ what: 'expired carts', intervalMs: INTERVAL_MS, sweep, logger });
  }

  onApplicationBootstrap(): void {
    this.job.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.job.stop();
  }

  /** One batch of each. @returns whether there may be more */
  async sweep(): Promise<boolean> {
    const counts = [
      await this.delete(EXPIRED.CARTS, [this.config.cartTtlSeconds]),
      await this.delete(EXPIRED.CHECKOUTS),
      await this.delete(EXPIRED.MERGES),
    ];
    return counts.some((count) => count >= EXPIRED.BATCH_MAX);
  }

  private async delete(sql: string, parameters: unknown[] = []): Promise<number> {
    const [, count]: [unknown, number] = await this.dataSource.query(sql, parameters);
    return count;
  }
}
