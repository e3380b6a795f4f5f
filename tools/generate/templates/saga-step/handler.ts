import { checkFraud, fraudChecked } from '@doorbuster/contracts';
import {
  ConsumesBatches,
  replyTo,
  type BatchOutcome,
  type EventOf,
  type IncomingBatch,
} from '@doorbuster/messaging';
import { UnitOfWork } from '@doorbuster/persistence';
import { Controller } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';

/** Replies to each command of a batch. A repeated command gets the same reply. */
@Controller()
export class PaymentsCheckFraudHandler {
  constructor(private readonly unitOfWork: UnitOfWork) {}

  @ConsumesBatches('payments-check-fraud', [checkFraud])
  handle(@Payload() batch: IncomingBatch<EventOf<typeof checkFraud>>): Promise<BatchOutcome> {
    return this.unitOfWork.runBatch(batch, async (_, commands) =>
      commands.map((command) => replyTo(command, fraudChecked, { orderId: command.data.orderId })),
    );
  }
}
