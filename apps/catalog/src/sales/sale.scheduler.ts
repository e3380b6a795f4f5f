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
import { SalesRepository } from './sales.repository.js';
import { SalesService } from './sales.service.js';
import { SALES_JOB } from './sales.sql.js';

const INTERVAL_MS = 500;
const BATCH_MAX = 100;

/**
 * Opens and ends sales by the database clock. Any replica may run it; rows are locked with skip locked. When a sale is
 * due before the next round, the next round starts at once, so that sales open on time.
 */
@Injectable()
export class SaleScheduler implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly job: PollingJob;

  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly stuckItems: StuckItems,
    private readonly dataSource: DataSource,
    private readonly sales: SalesRepository,
    private readonly service: SalesService,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    const sweep = async (): Promise<boolean> => {
      await this.stuckItems.sweep({
        name: SALES_JOB,
        run: (onlyId) => this.advanceDueSales(onlyId),
        dueIds: () => this.sales.dueIds(this.dataSource.manager, BATCH_MAX),
      });
      return this.sales.isDueWithin(this.dataSource.manager, INTERVAL_MS);
    };
    this.job = new PollingJob({ what: 'due sales', intervalMs: INTERVAL_MS, sweep, logger });
  }

  onApplicationBootstrap(): void {
    this.job.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.job.stop();
  }

  private async advanceDueSales(onlyId?: string): Promise<number> {
    if (onlyId === undefined && !(await this.sales.isDueWithin(this.dataSource.manager, 0))) return 0;
    const saved = await this.unitOfWork.run(async (tx) => {
      const now = await this.sales.transactionTime(tx);
      const due = await this.sales.lockDue(tx, BATCH_MAX, onlyId);
      const transitions = due.map((before) => ({
        before,
        ...advanceSale(before, now),
        traceparent: newTraceparent(),
      }));
      const { saved: result, events } = await this.service.saveTransitions(tx, transitions, now);
      return { result, events };
    });
    for (const { id, sku, status } of saved)
      this.logger.info({ saleId: id, sku, status }, `sale ${id} of ${sku}: ${status.toLowerCase()}`);
    return saved.length;
  }
}
