import {
  authorisePayment,
  capturePayment,
  commitStock,
  orderRestocked,
  paymentAuthorised,
  paymentCaptured,
  paymentCaptureRefused,
  paymentDeclined,
  paymentRefunded,
  paymentVoided,
  refundPayment,
  releaseStock,
  reserveStock,
  restockOrder,
  stockCommitRefused,
  stockCommitted,
  stockRefused,
  stockReleased,
  stockReserved,
  voidPayment,
} from '@doorbuster/contracts';
import { commandOf, COMPENSATABLE, defineSaga, RETRIABLE } from '@doorbuster/saga';
import type { OrderSagaDefinition } from './order-decisions.js';
import { commandForOrder } from '../orders/domain/order-saga.js';

/**
 * The checkout of one order. Before the pivot a refusal or a timeout rolls the saga back. After it both steps are retried
 * until they are done; only a participant's refusal (an expired reservation, a hold that the bank released) undoes the order.
 */
export const checkoutSaga: OrderSagaDefinition = defineSaga({
  name: 'checkout',
  version: 1,
  onStarted: 'acceptOrder',
  stages: [
    {
      name: 'reserve-stock',
      command: ({ orderId, lines }) => commandOf(reserveStock, { orderId, lines }),
      succeedsOn: stockReserved,
      refusedOn: stockRefused,
      ...COMPENSATABLE,
      timeoutReason: 'STOCK_TIMEOUT',
      compensation: {
        name: 'release-stock',
        command: commandForOrder(releaseStock),
        succeedsOn: stockReleased,
        ...RETRIABLE,
      },
    },
    {
      name: 'authorise-payment',
      command: ({ orderId, total, method }) =>
        commandOf(authorisePayment, { orderId, amount: total, method }),
      succeedsOn: paymentAuthorised,
      refusedOn: paymentDeclined,
      ...COMPENSATABLE,
      attempts: 3,
      timeoutReason: 'PAYMENT_TIMEOUT',
      compensation: {
        name: 'void-payment',
        command: commandForOrder(voidPayment),
        succeedsOn: paymentVoided,
        ...RETRIABLE,
      },
    },
    { pivot: 'confirm-order', local: 'confirmOrder' },
    [
      {
        name: 'commit-stock',
        command: commandForOrder(commitStock),
        succeedsOn: stockCommitted,
        refusedOn: stockCommitRefused,
        ...RETRIABLE,
        compensation: {
          name: 'restock-order',
          command: commandForOrder(restockOrder),
          succeedsOn: orderRestocked,
          ...RETRIABLE,
        },
      },
      {
        name: 'capture-payment',
        command: commandForOrder(capturePayment),
        succeedsOn: paymentCaptured,
        refusedOn: paymentCaptureRefused,
        ...RETRIABLE,
        compensation: {
          name: 'refund-payment',
          command: commandForOrder(refundPayment),
          succeedsOn: paymentRefunded,
          ...RETRIABLE,
        },
      },
    ],
  ],
  onCompensated: 'rejectOrCancelOrder',
  onCompleted: 'startRequestedCancellation',
});
