import { orderRestocked, paymentRefunded, refundPayment, restockOrder } from '@doorbuster/contracts';
import { defineSaga, RETRIABLE } from '@doorbuster/saga';
import type { OrderSagaDefinition } from './order-decisions.js';
import { commandForOrder } from '../orders/domain/order-saga.js';

/** Undoes a confirmed order. Accepting the request to cancel was the decision, so every step is retriable. */
export const cancellationSaga: OrderSagaDefinition = defineSaga({
  name: 'cancellation',
  version: 1,
  stages: [
    { pivot: 'cancel-order' },
    [
      {
        name: 'refund-payment',
        command: commandForOrder(refundPayment),
        succeedsOn: paymentRefunded,
        ...RETRIABLE,
      },
      {
        name: 'restock-order',
        command: commandForOrder(restockOrder),
        succeedsOn: orderRestocked,
        ...RETRIABLE,
      },
    ],
  ],
  onCompleted: 'rejectOrCancelOrder',
});
