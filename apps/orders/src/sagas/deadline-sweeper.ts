import { isTransient, Transactions } from '@doorbuster/persistence';
import { LOGGER } from '@doorbuster/service';
import type { Logger } from '@doorbuster/telemetry';
import {
  Inject,
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { OrderSagas, type Sweep } from './order-sagas.js';

const INTERVAL_MS = 500;
const SAGAS_MAX = 200;

/** Looks for overdue sagas; any number of replicas may do so at once. */
@Injectable()
export class DeadlineSweeper implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private timer: NodeJS.Timeout | undefined;
  private sweeping: Promise<void> = Promise.resolve();
  private closed = false;

  constructor(
    @Inject(Transactions) private readonly transactions: Transactions,
    @Inject(OrderSagas) private readonly sagas: OrderSagas,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.schedule();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.closed = true;
    clearTimeout(this.timer);
    await this.sweeping;
  }

  private schedule(): void {
    if (this.closed) return;
    this.timer = setTimeout(() => {
      this.sweeping = this.sweep().finally(() => this.schedule());
    }, INTERVAL_MS);
  }

  private async sweep(): Promise<void> {
    try {
      let swept: number;
      do {
        swept = await this.sweepOnce();
        if (swept > 0) this.logger.info({ sagas: swept }, 'overdue sagas went on');
      } while (swept === SAGAS_MAX && !this.closed);
    } catch (err) {
      this.logger.warn({ err }, 'sweep for overdue sagas failed, will try again');
    }
  }

  private async sweepOnce(): Promise<number> {
    try {
      return await this.inTransaction((tx) => this.sagas.sweep(tx, SAGAS_MAX));
    } catch (err) {
      if (isTransient(err)) throw err;
      return this.inTransaction((tx) => this.sagas.sweepOneByOne(tx, SAGAS_MAX));
    }
  }

  private inTransaction(sweep: (tx: EntityManager) => Promise<Sweep>): Promise<number> {
    return this.transactions.run(async (tx) => {
      const { swept: result, events } = await sweep(tx);
      return { result, events };
    });
  }
}
