import { Batcher } from '@doorbuster/messaging';
import { isTransient, logRetry, pluck, StuckItems, UnitOfWork } from '@doorbuster/persistence';
import { LOGGER, SHUTDOWN_MS, withTimeout } from '@doorbuster/service';
import { fail, type Logger } from '@doorbuster/telemetry';
import { Inject, Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { decideResults, type EarlyCall } from './domain/decide-payments.js';
import { operationOf, type Operation } from './domain/payment.state-machine.js';
import type { Payment } from './domain/payment.js';
import { PaymentsService } from './payments.service.js';
import { PROVIDER_RETRY_JOB } from './payments.sql.js';
import { PAYMENT_PROVIDER, type PaymentProvider } from '../providers/payment-provider.js';
import {
  callProvider,
  operationKey,
  ProviderRefusalError,
  type ProviderCallResult,
} from './call-provider.js';
import { EarlyCalls } from './early-calls.js';
import { PROVIDER_CALL_LIMITS, type ProviderCallLimits } from './provider-call-limits.js';

const RESULTS_PER_TRANSACTION_MAX = 1_000;

/**
 * Calls the provider outside transactions and records the results, many in one transaction. A result that cannot be
 * recorded is dropped: after the lease the provider is called again with the same key.
 */
@Injectable()
export class ProviderCalls implements BeforeApplicationShutdown {
  private readonly calls = new Map<string, Promise<void>>();
  private readonly results: Batcher<ProviderCallResult>;
  private closing = false;

  constructor(
    @Inject(PAYMENT_PROVIDER) private readonly provider: PaymentProvider,
    @Inject(PROVIDER_CALL_LIMITS) private readonly limits: ProviderCallLimits,
    private readonly payments: PaymentsService,
    private readonly unitOfWork: UnitOfWork,
    private readonly stuckItems: StuckItems,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    this.results = new Batcher<ProviderCallResult>((results) => this.record(results), {
      batchMax: RESULTS_PER_TRANSACTION_MAX,
      // The number of results is bounded by the number of calls.
      queueMax: Infinity,
    });
  }

  /**
   * How many payments may be leased now; 0 during shutdown. Concurrent readers can together exceed the limit, each by at
   * most the limit.
   */
  get capacity(): number {
    return this.closing ? 0 : Math.max(0, this.limits.callsMax - this.calls.size);
  }

  /** Starts the calls for payments that are leased to this process. It does not wait. */
  dispatch(payments: readonly Payment[]): void {
    for (const payment of payments) {
      this.track(payment, async (operation) => this.recordOne(await this.call(payment, operation)));
    }
  }

  /** Starts calls, up to the capacity, before the transaction that stores their payments. */
  startEarly(payments: readonly Payment[]): EarlyCalls {
    const early = new EarlyCalls();
    for (const payment of payments.slice(0, this.capacity)) {
      this.track(payment, async (operation) => {
        const { result, isRecorded } = await early.add(
          payment.orderId,
          operation,
          this.call(payment, operation),
        );
        if (isRecorded) result.span?.end(result.answeredAt);
        else await this.recordOne(result);
      });
    }
    return early;
  }

  /** Payments that are still being called after this time are retried by another replica after their lease. */
  async beforeApplicationShutdown(): Promise<void> {
    this.closing = true;
    await withTimeout(Promise.all(this.calls.values()), SHUTDOWN_MS.providerCalls);
  }

  /** A call counts until its result is recorded, so that a slow database reduces the number of calls. */
  private track(payment: Payment, run: (operation: Operation) => Promise<void>): void {
    const operation = operationOf(payment.status);
    if (!operation) throw new TypeError(`a payment that is ${payment.status} has no current operation`);
    const key = operationKey(payment.orderId, operation);
    if (this.calls.has(key)) return;
    this.calls.set(
      key,
      run(operation).finally(() => this.calls.delete(key)),
    );
  }

  private call(payment: Payment, operation: Operation): Promise<ProviderCallResult> {
    return callProvider(this.provider, payment, operation, this.limits.deadlineMs);
  }

  private async recordOne(result: ProviderCallResult): Promise<void> {
    const { orderId, operation, span, answeredAt } = result;
    try {
      await this.results.add(result);
    } catch (err) {
      if (span) fail(span, err);
      logRetry(this.logger, err, 'result not recorded, will ask again', { orderId, operation });
    } finally {
      span?.end(answeredAt);
    }
  }

  private async record(results: ProviderCallResult[]): Promise<[]> {
    this.logUnknownOutcomes(results);
    try {
      await this.commit(results);
    } catch (error) {
      if (isTransient(error)) throw error;
      for (const result of results) await this.commitAlone(result);
    }
    return [];
  }

  /** Isolates a result that cannot be recorded from the others. */
  private async commitAlone(result: ProviderCallResult): Promise<void> {
    try {
      await this.commit([result]);
    } catch (err) {
      if (isTransient(err)) throw err;
      const { orderId, operation } = result;
      this.logger.error({ err, orderId, operation }, 'result cannot be recorded, will ask again');
      await this.stuckItems.record(PROVIDER_RETRY_JOB, orderId, err);
    }
  }

  private async commit(results: ProviderCallResult[]): Promise<void> {
    const work = async (tx: EntityManager) => {
      const { leased, replies } = await this.payments.update(
        tx,
        pluck(results, 'orderId'),
        this.capacity,
        (known, rules) => decideResults(known, results, rules),
      );
      return { result: leased, events: replies };
    };
    const spans = results.flatMap(({ span }) => span ?? []);
    this.dispatch(await this.unitOfWork.run(work, { spans, storesSagaMessages: true }));
  }

  /** One line for a batch, because a provider outage would otherwise fill the log. */
  logUnknownOutcomes(results: readonly EarlyCall[]): void {
    let unknown = 0;
    let example: object | undefined;
    for (const { orderId, operation, outcome } of results) {
      if (outcome?.kind !== 'unknown') continue;
      const { error: err } = outcome;
      if (err instanceof ProviderRefusalError) this.logger.error({ err, orderId }, 'books disagree');
      unknown += 1;
      example ??= { err, orderId, operation };
    }
    if (unknown > 0)
      this.logger.warn({ ...example, unknown }, 'outcome unknown, will ask the provider again');
  }
}
