import { StuckItems, UnitOfWork } from '@doorbuster/persistence';
import { LOGGER, PollingJob } from '@doorbuster/service';
import type { Logger } from '@doorbuster/telemetry';
import {
  Inject,
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { DEADLINES_JOB } from '../persistence/sagas.repository.js';
import { OrderSagas } from './order-sagas.js';

const INTERVAL_MS = 500;
const SAGAS_MAX = 200;

/** Looks for overdue sagas; any number of replicas may do so at once. */
@Injectable()
export class DeadlineSweeper implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly job: PollingJob;

  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly stuckItems: StuckItems,
    private readonly sagas: OrderSagas,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    const sweep = (): Promise<boolean> => this.sweep();
    this.job = new PollingJob({ what: 'overdue sagas', intervalMs: INTERVAL_MS, sweep, logger });
  }

  onApplicationBootstrap(): void {
    this.job.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.job.stop();
  }

  private async sweep(): Promise<boolean> {
    const swept = await this.stuckItems.sweep({
      name: DEADLINES_JOB,
      run: (onlyId) => this.sweepBatch(onlyId),
      dueIds: () => this.sagas.overdueIds(SAGAS_MAX),
    });
    if (swept > 0) this.logger.info({ sagas: swept }, 'overdue sagas went on');
    return swept >= SAGAS_MAX;
  }

  private sweepBatch(onlyId?: string): Promise<number> {
    return this.unitOfWork.run(async (tx) => {
      const { swept: result, events } = await this.sagas.sweep(tx, SAGAS_MAX, onlyId);
      return { result, events };
    });
  }
}
