import { StuckItems, UnitOfWork, type BatchJob } from '@doorbuster/persistence';
import { LOGGER, PollingJob } from '@doorbuster/service';
import { newTraceparent, type Logger } from '@doorbuster/telemetry';
import {
  Inject,
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { DataSource } from 'typeorm';
import { decideCommands } from '../domain/decide-commands.js';
import type { StockCommand } from '../domain/stock-commands.js';
import { InventoryConfig } from '../inventory.config.js';
import { levelEvents } from '../messaging/level-events.js';
import { dueOrderIds, EXPIRY_JOB } from '../persistence/reservations.repository.js';
import { loadDueState, saveStockChanges } from '../persistence/stock-state.js';

const INTERVAL_MS = 1_000;
const BATCH_MAX = 500;

/** Gives back what reservations hold past their time. Every replica sweeps; none takes what another is at work on. */
@Injectable()
export class ExpirySweep implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly job: PollingJob;

  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly stuckItems: StuckItems,
    private readonly dataSource: DataSource,
    private readonly config: InventoryConfig,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    const job: BatchJob = {
      name: EXPIRY_JOB,
      run: (onlyOrderId) => this.expireBatch(onlyOrderId),
      dueIds: () => dueOrderIds(this.dataSource.manager, BATCH_MAX),
    };
    const sweep = async (): Promise<boolean> => (await this.stuckItems.sweep(job)) >= BATCH_MAX;
    this.job = new PollingJob({ what: 'expired reservations', intervalMs: INTERVAL_MS, sweep, logger });
  }

  onApplicationBootstrap(): void {
    this.job.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.job.stop();
  }

  private async expireBatch(onlyOrderId?: string): Promise<number> {
    const expired = await this.unitOfWork.run(async (tx) => {
      const state = await loadDueState(tx, BATCH_MAX, onlyOrderId);
      const commands = Array.from(state.reservations.keys(), (orderId): StockCommand => ({
        kind: 'expire',
        orderId,
      }));
      const decision = decideCommands(state, commands, {
        now: state.now,
        reservationTtlMs: this.config.reservationTtlMs,
      });
      await saveStockChanges(tx, decision);
      return { result: decision.settled.length, events: levelEvents(decision.levels, newTraceparent) };
    });
    if (expired > 0) this.logger.info({ expired }, 'reservations expired');
    return expired;
  }
}
