import {
  authorisePayment,
  capturePayment,
  PermanentError,
  refundPayment,
  voidPayment,
} from '@doorbuster/contracts';
import type { CloudEvent } from '@doorbuster/messaging';
import type { PaymentCommand } from '../domain/decide-commands.js';

/** @throws {z.ZodError} when the data does not fit the contract */
export function parseCommand({ type, data, traceparent, sagaid, sagastep }: CloudEvent): PaymentCommand {
  const replyTo = { traceparent, sagaid, sagastep };
  switch (type) {
    case authorisePayment.type: {
      const { orderId, amount, method } = authorisePayment.schema.parse(data);
      return { kind: 'authorise', orderId: asKey(orderId), amount, method, replyTo };
    }
    case capturePayment.type:
      return { kind: 'capture', orderId: asKey(capturePayment.schema.parse(data).orderId), replyTo };
    case voidPayment.type:
      return { kind: 'void', orderId: asKey(voidPayment.schema.parse(data).orderId), replyTo };
    case refundPayment.type:
      return { kind: 'refund', orderId: asKey(refundPayment.schema.parse(data).orderId), replyTo };
    default:
      throw new PermanentError(`${type} is not a command that payments knows`);
  }
}

/** A UUID may be spelt in capitals; the database gives it back in small letters. */
const asKey = (orderId: string): string => orderId.toLowerCase();
