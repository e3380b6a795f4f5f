import { authorisePayment, capturePayment, refundPayment, voidPayment } from '@doorbuster/contracts';
import type { EventOf } from '@doorbuster/messaging';
import type { PaymentCommand } from '../domain/decide-commands.js';

export type PaymentCommandEvent = EventOf<
  typeof authorisePayment | typeof capturePayment | typeof voidPayment | typeof refundPayment
>;

export function toCommand({
  type,
  data,
  traceparent,
  sagaid,
  sagastep,
}: PaymentCommandEvent): PaymentCommand {
  // A UUID may be spelt in capitals; the database returns it in small letters.
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
