import { LOGGER, Sweeper } from '@doorbuster/service';
import type { Logger } from '@doorbuster/telemetry';
import {
  Inject,
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { DataSource } from 'typeorm';
import { claimDuePayments } from '../persistence/payments.repository.js';
import { OPERATION_LIMITS, type OperationLimits } from './operation-limits.js';
import { Operations } from './operations.js';

/** Takes up what a crash, an error or a full house left to be asked. Any number of replicas may sweep. */
@Injectable()
export class OperationsSweep implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly sweeper: Sweeper;

  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    @Inject(Operations) private readonly operations: Operations,
    @Inject(OPERATION_LIMITS) private readonly limits: OperationLimits,
    @Inject(LOGGER) logger: Logger,
  ) {
    const sweep = (): Promise<boolean> => this.takeUp();
    this.sweeper = new Sweeper({ what: 'due operations', intervalMs: limits.sweepIntervalMs, sweep, logger });
  }

  onApplicationBootstrap(): void {
    this.sweeper.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.sweeper.stop();
  }

  /** True when there may be more than there was capacity for. */
  private async takeUp(): Promise<boolean> {
    const { capacity } = this.operations;
    if (capacity === 0) return true;
    const due = await claimDuePayments(this.dataSource.manager, capacity, this.limits.leaseMs);
    this.operations.ask(due);
    return due.length === capacity;
  }
}
