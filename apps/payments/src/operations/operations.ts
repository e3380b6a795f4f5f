import { Batcher } from '@doorbuster/messaging';
import { isTransient, pluck, StuckItems, UnitOfWork } from '@doorbuster/persistence';
import { LOGGER, SHUTDOWN_MS, withTimeout } from '@doorbuster/service';
import { fail, type Logger } from '@doorbuster/telemetry';
import { Inject, Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import type { Span } from '@opentelemetry/api';
import type { EntityManager } from 'typeorm';
import { decideResults, type OperationResult } from '../domain/decide-results.js';
import type { Operation } from '../domain/payment-status.js';
import type { Payment } from '../domain/payment.js';
import { reply } from '../messaging/replies.js';
import { OPERATIONS_JOB } from '../persistence/payments.repository.js';
import { PAYMENT_PROVIDER, type PaymentProvider } from '../providers/payment-provider.js';
import { askProvider, dueOperation, operationKey, ProviderRefusalError } from './ask-provider.js';
import { changePayments } from './change-payments.js';
import { recordOutcome, startProviderSpan } from './operation-spans.js';
import { OPERATION_LIMITS, type OperationLimits } from './operation-limits.js';
import { timed } from './provider-metrics.js';

const RESULTS_OF_A_TRANSACTION_MAX = 1_000;

interface TracedResult extends OperationResult {
  span: Span | undefined;
}

/**
 * Asks the provider, outside any transaction, and records what it said: results that come in while some are being
 * written share the next transaction. A result that cannot be recorded is forgotten; when the lease of its payment has
 * run out the provider is asked again, with the same key.
 */
@Injectable()
export class Operations implements BeforeApplicationShutdown {
  private readonly calls = new Map<string, Promise<void>>();
  private readonly results: Batcher<TracedResult>;
  private closing = false;

  constructor(
    @Inject(PAYMENT_PROVIDER) private readonly provider: PaymentProvider,
    @Inject(OPERATION_LIMITS) private readonly limits: OperationLimits,
    private readonly unitOfWork: UnitOfWork,
    private readonly stuckItems: StuckItems,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    this.results = new Batcher<TracedResult>((results) => this.record(results), {
      batchMax: RESULTS_OF_A_TRANSACTION_MAX,
      // No more results than calls, and those are bounded where they begin.
      queueMax: Infinity,
    });
  }

  /**
   * How many payments may be leased now. Those who read it in the same moment can exceed the bound together, by no more
   * than the bound itself each; nothing is taken while the process shuts down.
   */
  get capacity(): number {
    return this.closing ? 0 : Math.max(0, this.limits.callsMax - this.calls.size);
  }

  /** Begins to ask for payments that are leased to this process. Does not wait. */
  ask(payments: readonly Payment[]): void {
    for (const payment of payments) {
      const operation = dueOperation(payment);
      const key = operationKey(payment.orderId, operation);
      if (this.calls.has(key)) continue;
      const call = this.askAndRecord(payment, operation).finally(() => this.calls.delete(key));
      this.calls.set(key, call);
    }
  }

  /** Its place is taken until the result is written, so that a slow database slows the asking down. */
  private async askAndRecord(payment: Payment, operation: Operation): Promise<void> {
    const { orderId } = payment;
    const startedAt = Date.now();
    const begun = performance.now();
    const span = startProviderSpan(payment, operation, startedAt);
    let answeredAt: number | undefined;
    try {
      const result = await timed(askProvider(this.provider, payment, operation, this.limits.deadlineMs));
      answeredAt = startedAt + performance.now() - begun;
      if (span) recordOutcome(span, result);
      await this.results.add({ ...result, span });
    } catch (err) {
      if (span) fail(span, err);
      this.logger.warn({ err, orderId, operation }, 'result not recorded, will ask again');
    } finally {
      span?.end(answeredAt);
    }
  }

  /** Who is still being asked after that is asked again when the lease has run out, with the same key. */
  async beforeApplicationShutdown(): Promise<void> {
    this.closing = true;
    await withTimeout(Promise.all(this.calls.values()), SHUTDOWN_MS.providerCalls);
  }

  private async record(results: TracedResult[]): Promise<[]> {
    this.report(results);
    try {
      await this.commit(results);
    } catch (error) {
      if (isTransient(error)) throw error;
      for (const result of results) await this.commitAlone(result);
    }
    return [];
  }

  /** One result that cannot be written must not keep the others from it. */
  private async commitAlone(result: TracedResult): Promise<void> {
    try {
      await this.commit([result]);
    } catch (err) {
      if (isTransient(err)) throw err;
      const { orderId, operation } = result;
      this.logger.error({ err, orderId, operation }, 'result cannot be recorded, will ask again');
      await this.stuckItems.record(OPERATIONS_JOB, orderId, err);
    }
  }

  private async commit(results: TracedResult[]): Promise<void> {
    const { leaseMs, authoriseAttemptsMax, backoff } = this.limits;
    const work = async (tx: EntityManager) => {
      const changes = await changePayments(
        tx,
        pluck(results, 'orderId'),
        (known) => decideResults(known, results, { authoriseAttemptsMax, backoff, random: Math.random }),
        { capacity: this.capacity, leaseMs },
      );
      return { result: changes.toAsk, events: changes.answers.map(reply) };
    };
    const spans = results.flatMap(({ span }) => span ?? []);
    this.ask(await this.unitOfWork.run(work, { spans }));
  }

  /** One line for a batch: a provider that is down would fill the log otherwise. */
  private report(results: readonly OperationResult[]): void {
    let unknown = 0;
    let example: object | undefined;
    for (const { orderId, operation, outcome } of results) {
      if (outcome.kind !== 'unknown') continue;
      const { error: err } = outcome;
      if (err instanceof ProviderRefusalError) this.logger.error({ err, orderId }, 'books disagree');
      unknown += 1;
      example ??= { err, orderId, operation };
    }
    if (unknown > 0)
      this.logger.warn({ ...example, unknown }, 'outcome unknown, will ask the provider again');
  }
}
