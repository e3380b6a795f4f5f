import { authorisePayment, capturePayment, refundPayment, voidPayment } from '@doorbuster/contracts';
import {
  ConsumesBatches,
  type BatchOutcome,
  type EventOf,
  type IncomingBatch,
  type OutgoingEvent,
} from '@doorbuster/messaging';
import { afterCommit, pluck, UnitOfWork } from '@doorbuster/persistence';
import { Controller, Inject } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import type { EntityManager } from 'typeorm';
import { ProviderCalls } from './provider-calls.js';
import type { EarlyCalls } from './early-calls.js';
import { PROVIDER_CALL_LIMITS, type ProviderCallLimits } from './provider-call-limits.js';
import { decideCommands, type EarlyCall, type PaymentCommand } from './domain/decide-payments.js';
import type { Payment } from './domain/payment.js';
import { PaymentsService } from './payments.service.js';

type PaymentCommandEvent = EventOf<
  typeof authorisePayment | typeof capturePayment | typeof voidPayment | typeof refundPayment
>;

/**
 * The payment side of the checkout. It calls the provider before the transaction of a batch, so that a payment is stored
 * once with its outcome. Calls without an answer in time, and calls for other payments, go on or start after the commit.
 */
@Controller()
export class PaymentCommandsHandler {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly payments: PaymentsService,
    private readonly providerCalls: ProviderCalls,
    @Inject(PROVIDER_CALL_LIMITS) private readonly limits: ProviderCallLimits,
  ) {}

  @ConsumesBatches('payments-commands', [authorisePayment, capturePayment, voidPayment, refundPayment])
  async handle(@Payload() batch: IncomingBatch<PaymentCommandEvent>): Promise<BatchOutcome> {
    const early = this.providerCalls.startEarly(await this.findToCallEarly(batch));
    const leased = new Map<string, Payment>();
    try {
      await early.wait(this.limits.firstAnswerMs, this.limits.otherAnswersMs);
      const outcome = await this.unitOfWork.runBatch(batch, (tx, events) =>
        this.apply(tx, events, early, leased),
      );
      if (outcome === 'done') this.providerCalls.dispatch([...leased.values()]);
      return outcome;
    } finally {
      early.endTransaction();
    }
  }

  private async findToCallEarly({ events }: IncomingBatch<PaymentCommandEvent>): Promise<Payment[]> {
    try {
      return await this.payments.findToCallEarly(events.map(({ event }) => toCommand(event)));
    } catch {
      // The transaction meets the same error, and reports it.
      return [];
    }
  }

  private async apply(
    tx: EntityManager,
    events: PaymentCommandEvent[],
    early: EarlyCalls,
    leased: Map<string, Payment>,
  ): Promise<OutgoingEvent[]> {
    const commands = events.map(toCommand);
    const orderIds = pluck(commands, 'orderId');
    const calls = early.of(new Set(orderIds));
    let answered: EarlyCall[] = [];
    const capacity = this.providerCalls.capacity - leased.size;
    const update = await this.payments.update(tx, orderIds, capacity, (known, rules) => {
      answered = calls.filter(({ outcome }) => outcome !== undefined);
      return decideCommands(known, commands, calls, rules);
    });
    // Only payments of a committed transaction are dispatched, even if a part of the batch is rolled back.
    afterCommit(tx, () => {
      for (const orderId of orderIds) leased.delete(orderId);
      for (const payment of update.leased) leased.set(payment.orderId, payment);
      early.markRecorded(answered);
      this.providerCalls.logUnknownOutcomes(answered);
    });
    return update.replies;
  }
}

function toCommand({ type, data, traceparent, sagaid, sagastep }: PaymentCommandEvent): PaymentCommand {
  // A UUID may have capital letters; PostgreSQL returns it in lower case.
  const common = { orderId: data.orderId.toLowerCase(), replyTo: { traceparent, sagaid, sagastep } };
  switch (type) {
    case authorisePayment.type:
      return { kind: 'authorise', ...common, amount: data.amount, method: data.method };
    case capturePayment.type:
      return { kind: 'capture', ...common };
    case voidPayment.type:
      return { kind: 'void', ...common };
    case refundPayment.type:
      return { kind: 'refund', ...common };
  }
}
