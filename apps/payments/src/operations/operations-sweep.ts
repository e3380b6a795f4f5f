import { LOGGER } from '@doorbuster/service';
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

/** While more is due than there was capacity for. */
const BUSY_INTERVAL_MS = 20;

/** Takes up what a crash, an error or a full house left to be asked. Any number of replicas may sweep. */
@Injectable()
export class OperationsSweep implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private timer: NodeJS.Timeout | undefined;
  private sweeping: Promise<void> | undefined;
  private closed = false;

  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    @Inject(Operations) private readonly operations: Operations,
    @Inject(OPERATION_LIMITS) private readonly limits: OperationLimits,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.schedule(this.limits.sweepIntervalMs);
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.closed = true;
    clearTimeout(this.timer);
    await this.sweeping;
  }

  private schedule(delayMs: number): void {
    if (this.closed) return;
    this.timer = setTimeout(() => {
      this.sweeping = this.sweep();
    }, delayMs);
  }

  private async sweep(): Promise<void> {
    let isMoreDue = false;
    try {
      isMoreDue = await this.takeUp();
    } catch (err) {
      this.logger.warn({ err }, 'sweep of operations failed, will try again');
    }
    this.schedule(isMoreDue ? BUSY_INTERVAL_MS : this.limits.sweepIntervalMs);
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
