import { isTransient, Transactions } from '@doorbuster/persistence';
import { LOGGER, Sweeper } from '@doorbuster/service';
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
  private readonly sweeper: Sweeper;

  constructor(
    @Inject(Transactions) private readonly transactions: Transactions,
    @Inject(OrderSagas) private readonly sagas: OrderSagas,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    const sweep = (): Promise<boolean> => this.sweep();
    this.sweeper = new Sweeper({ what: 'overdue sagas', intervalMs: INTERVAL_MS, sweep, logger });
  }

  onApplicationBootstrap(): void {
    this.sweeper.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.sweeper.stop();
  }

  private async sweep(): Promise<boolean> {
    const swept = await this.sweepOnce();
    if (swept > 0) this.logger.info({ sagas: swept }, 'overdue sagas went on');
    return swept === SAGAS_MAX;
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
