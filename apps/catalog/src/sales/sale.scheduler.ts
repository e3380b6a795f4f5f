import { StuckItems, UnitOfWork } from '@doorbuster/persistence';
import { LOGGER, PollingJob } from '@doorbuster/service';
import { newTraceparent, type Logger } from '@doorbuster/telemetry';
import {
  Inject,
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { DataSource } from 'typeorm';
import { advanceSale } from './domain/sale.state-machine.js';
import { databaseNow, dueSaleIds, isSaleDueWithin, lockDueSales, SALES_JOB } from './sales.repository.js';
import { saveTransitions } from './save-transitions.js';

const INTERVAL_MS = 500;
const BATCH_MAX = 100;

/**
 * Opens and ends sales when their time has come, by the database's clock and no other; nobody else in the platform looks
 * at a clock for that. Every replica looks; none takes what another is at work on. In the last moment before a start or
 * an end it looks again and again, so that a door opens in time.
 */
@Injectable()
export class SaleScheduler implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly job: PollingJob;

  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly stuckItems: StuckItems,
    private readonly dataSource: DataSource,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    const sweep = async (): Promise<boolean> => {
      await this.stuckItems.sweep({
        name: SALES_JOB,
        run: (onlyId) => this.moveDueSales(onlyId),
        dueIds: () => dueSaleIds(this.dataSource.manager, BATCH_MAX),
      });
      return isSaleDueWithin(this.dataSource.manager, INTERVAL_MS);
    };
    this.job = new PollingJob({ what: 'sales whose time has come', intervalMs: INTERVAL_MS, sweep, logger });
  }

  onApplicationBootstrap(): void {
    this.job.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.job.stop();
  }

  private async moveDueSales(onlyId?: string): Promise<number> {
    if (onlyId === undefined && !(await isSaleDueWithin(this.dataSource.manager, 0))) return 0;
    const moved = await this.unitOfWork.run(async (tx) => {
      const now = await databaseNow(tx);
      const steps = (await lockDueSales(tx, BATCH_MAX, onlyId)).map((before) => ({
        before,
        ...advanceSale(before, now),
        traceparent: newTraceparent(),
      }));
      const { saved, events } = await saveTransitions(tx, steps, now);
      return { result: saved, events };
    });
    for (const { id, sku, status } of moved) this.logger.info({ saleId: id, sku, status }, 'sale');
    return moved.length;
  }
}
