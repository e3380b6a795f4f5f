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
import { PaymentsRepository } from './payments.repository.js';
import { PROVIDER_RETRY_JOB } from './payments.sql.js';
import { PROVIDER_CALL_LIMITS, type ProviderCallLimits } from './provider-call-limits.js';
import { ProviderCalls } from './provider-calls.js';

/**
 * Calls the provider for payments that are due: after an error, after a crash, or because all calls were in use. All
 * replicas run it.
 */
@Injectable()
export class ProviderRetryJob implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly job: PollingJob;

  constructor(
    private readonly dataSource: DataSource,
    private readonly payments: PaymentsRepository,
    private readonly providerCalls: ProviderCalls,
    private readonly stuckItems: StuckItems,
    @Inject(PROVIDER_CALL_LIMITS) private readonly limits: ProviderCallLimits,
    @Inject(LOGGER) logger: Logger,
  ) {
    const sweep = (): Promise<boolean> => this.retryDue();
    this.job = new PollingJob({ what: 'due operations', intervalMs: limits.retryIntervalMs, sweep, logger });
  }

  onApplicationBootstrap(): void {
    this.job.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.job.stop();
  }

  /** @returns whether more payments may be due than there was capacity for */
  private async retryDue(): Promise<boolean> {
    const { capacity } = this.providerCalls;
    if (capacity === 0) return true;
    const { manager } = this.dataSource;
    await this.payments.forgetRecoveredStuckItems(manager);
    try {
      return (await this.claim(capacity)) === capacity;
    } catch (error) {
      if (isTransient(error)) throw error;
    }
    for (const orderId of await this.payments.dueOrderIds(manager, capacity)) await this.claimAlone(orderId);
    return false;
  }

  private async claim(limit: number, onlyOrderId?: string): Promise<number> {
    const { leaseMs } = this.limits;
    const due = await this.payments.claimDue(this.dataSource.manager, limit, leaseMs, onlyOrderId);
    this.providerCalls.dispatch(due);
    return due.length;
  }

  /** Isolates a payment that cannot be claimed from the others. */
  private async claimAlone(orderId: string): Promise<void> {
    try {
      await this.claim(1, orderId);
    } catch (error) {
      if (isTransient(error)) throw error;
      await this.stuckItems.record(PROVIDER_RETRY_JOB, orderId, error);
    }
  }
}
