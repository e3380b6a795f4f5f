import { isTransient, StuckItems } from '@doorbuster/persistence';
import { LOGGER, PollingJob } from '@doorbuster/service';
import type { Logger } from '@doorbuster/telemetry';
import {
  Inject,
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { DataSource } from 'typeorm';
import {
  claimDuePayments,
  dueOrderIds,
  forgetMendedPayments,
  OPERATIONS_JOB,
} from '../persistence/payments.repository.js';
import { OPERATION_LIMITS, type OperationLimits } from './operation-limits.js';
import { Operations } from './operations.js';

/** Takes up what a crash, an error or a full house left to be asked. Any number of replicas may sweep. */
@Injectable()
export class OperationsSweep implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly job: PollingJob;

  constructor(
    private readonly dataSource: DataSource,
    private readonly operations: Operations,
    private readonly stuckItems: StuckItems,
    @Inject(OPERATION_LIMITS) private readonly limits: OperationLimits,
    @Inject(LOGGER) logger: Logger,
  ) {
    const sweep = (): Promise<boolean> => this.takeUp();
    this.job = new PollingJob({ what: 'due operations', intervalMs: limits.sweepIntervalMs, sweep, logger });
  }

  onApplicationBootstrap(): void {
    this.job.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.job.stop();
  }

  /** True when there may be more than there was capacity for. */
  private async takeUp(): Promise<boolean> {
    const { capacity } = this.operations;
    if (capacity === 0) return true;
    const { manager } = this.dataSource;
    await forgetMendedPayments(manager);
    try {
      return (await this.claim(capacity)) === capacity;
    } catch (error) {
      if (isTransient(error)) throw error;
    }
    for (const orderId of await dueOrderIds(manager, capacity)) await this.claimAlone(orderId);
    return false;
  }

  private async claim(limit: number, onlyOrderId?: string): Promise<number> {
    const { manager } = this.dataSource;
    const due = await claimDuePayments(manager, limit, this.limits.leaseMs, onlyOrderId);
    this.operations.ask(due);
    return due.length;
  }

  /** A payment that cannot be claimed must not keep the others from being asked for. */
  private async claimAlone(orderId: string): Promise<void> {
    try {
      await this.claim(1, orderId);
    } catch (error) {
      if (isTransient(error)) throw error;
      await this.stuckItems.record(OPERATIONS_JOB, orderId, error);
    }
  }
}
