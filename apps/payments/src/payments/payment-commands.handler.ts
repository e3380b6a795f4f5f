import { authorisePayment, capturePayment, refundPayment, voidPayment } from '@doorbuster/contracts';
import {
  ConsumesBatches,
  type BatchOutcome,
  type EventOf,
  type IncomingBatch,
  type OutgoingEvent,
} from '@doorbuster/messaging';
import { afterCommit, pluck, UnitOfWork } from '@doorbuster/persistence';
import { Controller } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import type { EntityManager } from 'typeorm';
import { ProviderCalls } from './provider-calls.js';
import { decideCommands, type PaymentCommand } from './domain/decide-payments.js';
import type { Payment } from './domain/payment.js';
import { PaymentsService } from './payments.service.js';

type PaymentCommandEvent = EventOf<
  typeof authorisePayment | typeof capturePayment | typeof voidPayment | typeof refundPayment
>;

/** The payment side of the checkout: stores the commands of a batch, and calls the provider after the commit. */
@Controller()
export class PaymentCommandsHandler {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly payments: PaymentsService,
    private readonly providerCalls: ProviderCalls,
  ) {}

  @ConsumesBatches('payments-commands', [authorisePayment, capturePayment, voidPayment, refundPayment])
  async handle(@Payload() batch: IncomingBatch<PaymentCommandEvent>): Promise<BatchOutcome> {
    const leased = new Map<string, Payment>();
    const outcome = await this.unitOfWork.runBatch(batch, (tx, events) => this.apply(tx, events, leased));
    if (outcome === 'done') this.providerCalls.dispatch([...leased.values()]);
    return outcome;
  }

  private async apply(
    tx: EntityManager,
    events: PaymentCommandEvent[],
    leased: Map<string, Payment>,
  ): Promise<OutgoingEvent[]> {
    const commands = events.map(toCommand);
    const orderIds = pluck(commands, 'orderId');
    const capacity = this.providerCalls.capacity - leased.size;
    const update = await this.payments.update(tx, orderIds, capacity, (known) =>
      decideCommands(known, commands),
    );
    // Only payments of a committed transaction are dispatched, even if a part of the batch is rolled back.
    afterCommit(tx, () => {
      for (const orderId of orderIds) leased.delete(orderId);
      for (const payment of update.leased) leased.set(payment.orderId, payment);
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
