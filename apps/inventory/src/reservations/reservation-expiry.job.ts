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
import { InventoryConfig } from '../inventory.config.js';
import { availabilityEvents } from '../stock/availability.events.js';
import { decideCommands, type StockCommand } from './domain/decide-commands.js';
import { ReservationsRepository } from './reservations.repository.js';
import { EXPIRY_JOB } from './reservations.sql.js';

const INTERVAL_MS = 1_000;
const BATCH_MAX = 500;

/** Returns the units of due reservations. It runs in every replica; rows are locked with skip locked. */
@Injectable()
export class ReservationExpiryJob implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly job: PollingJob;

  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly reservations: ReservationsRepository,
    private readonly config: InventoryConfig,
    stuckItems: StuckItems,
    dataSource: DataSource,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    const job: BatchJob = {
      name: EXPIRY_JOB,
      run: (onlyOrderId) => this.expireBatch(onlyOrderId),
      dueIds: () => this.reservations.dueOrderIds(dataSource.manager, BATCH_MAX),
    };
    const sweep = async (): Promise<boolean> => (await stuckItems.sweep(job)) >= BATCH_MAX;
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
      const state = await this.reservations.lockDue(tx, BATCH_MAX, onlyOrderId);
      const commands = Array.from(state.reservations.keys(), (orderId): StockCommand => ({
        kind: 'expire',
        orderId,
      }));
      const decision = decideCommands(state, commands, {
        now: state.now,
        reservationTtlMs: this.config.reservationTtlMs,
      });
      await this.reservations.save(tx, decision);
      return { result: decision.settled.length, events: availabilityEvents(decision.levels, newTraceparent) };
    });
    if (expired > 0) this.logger.info({ expired }, 'reservations expired');
    return expired;
  }
}
