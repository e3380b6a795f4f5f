import { refundPayment, restockOrder } from '@doorbuster/contracts';
import { defineSaga } from '@doorbuster/saga';
import { ask, GO_ON, type OrderCommand, type OrderSagaData } from './order-saga.js';

/** Undoes a confirmed order. It was decided when it was asked for, so it only goes forward. */
export const cancellationSaga = defineSaga<OrderSagaData, OrderCommand>({
  name: 'cancellation',
  version: 1,
  stages: [
    { pivot: 'cancel-order' },
    [
      { name: 'refund-payment', command: ({ orderId }) => ask(refundPayment, { orderId }), ...GO_ON },
      { name: 'restock-order', command: ({ orderId }) => ask(restockOrder, { orderId }), ...GO_ON },
    ],
  ],
});
