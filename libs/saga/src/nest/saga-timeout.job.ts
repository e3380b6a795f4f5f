import { StuckItems, UnitOfWork } from '@doorbuster/persistence';
import { LOGGER, PollingJob } from '@doorbuster/service';
import type { Logger } from '@doorbuster/telemetry';
import {
  Inject,
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import type { SagaData } from './message-saga.js';
import { SagaRunner } from './saga-runner.js';
import { TIMEOUT_JOB } from './sagas.sql.js';

const INTERVAL_MS = 500;
const SAGAS_MAX = 200;

/** Applies passed deadlines. Any number of replicas may run it: rows are locked with `skip locked`. */
@Injectable()
export class SagaTimeoutJob implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly job: PollingJob;

  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly stuckItems: StuckItems,
    private readonly runner: SagaRunner<SagaData>,
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
      name: TIMEOUT_JOB,
      run: (onlyId) => this.sweepBatch(onlyId),
      dueIds: () => this.runner.overdueIds(SAGAS_MAX),
    });
    if (swept > 0) this.logger.debug({ sagas: swept }, 'overdue sagas went on');
    return swept >= SAGAS_MAX;
  }

  private sweepBatch(onlyId?: string): Promise<number> {
    return this.unitOfWork.run(async (tx) => {
      const { swept: result, events } = await this.runner.sweep(tx, SAGAS_MAX, onlyId);
      return { result, events };
    });
  }
}
