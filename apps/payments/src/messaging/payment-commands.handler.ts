import { authorisePayment, capturePayment, refundPayment, voidPayment } from '@doorbuster/contracts';
import {
  ConsumesBatches,
  type BatchOutcome,
  type IncomingBatch,
  type OutgoingEvent,
} from '@doorbuster/messaging';
import { afterCommit, pluck, UnitOfWork } from '@doorbuster/persistence';
import { Controller, Inject } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import type { EntityManager } from 'typeorm';
import { decideCommands } from '../domain/decide-commands.js';
import type { Payment } from '../domain/payment.js';
import { changePayments } from '../operations/change-payments.js';
import { OPERATION_LIMITS, type OperationLimits } from '../operations/operation-limits.js';
import { Operations } from '../operations/operations.js';
import { toCommand, type PaymentCommandEvent } from './payment-command.parser.js';
import { reply } from './replies.js';

/** The payment side of the checkout. Writes down what is to be done, and has the provider asked after the commit. */
@Controller()
export class PaymentCommandsHandler {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly operations: Operations,
    @Inject(OPERATION_LIMITS) private readonly limits: OperationLimits,
  ) {}

  @ConsumesBatches('payments-commands', [authorisePayment, capturePayment, voidPayment, refundPayment])
  async handle(@Payload() batch: IncomingBatch<PaymentCommandEvent>): Promise<BatchOutcome> {
    const toAsk = new Map<string, Payment>();
    const outcome = await this.unitOfWork.runBatch(batch, (tx, events) => this.work(tx, events, toAsk));
    if (outcome === 'done') this.operations.ask([...toAsk.values()]);
    return outcome;
  }

  private async work(
    tx: EntityManager,
    events: PaymentCommandEvent[],
    toAsk: Map<string, Payment>,
  ): Promise<OutgoingEvent[]> {
    const commands = events.map(toCommand);
    const orderIds = pluck(commands, 'orderId');
    const changes = await changePayments(tx, orderIds, (known) => decideCommands(known, commands), {
      capacity: this.operations.capacity - toAsk.size,
      leaseMs: this.limits.leaseMs,
    });
    // A transaction that is rolled back asks for nothing, even where the rest of its batch commits.
    afterCommit(tx, () => {
      for (const orderId of orderIds) toAsk.delete(orderId);
      for (const payment of changes.toAsk) toAsk.set(payment.orderId, payment);
    });
    return changes.answers.map(reply);
  }
}
