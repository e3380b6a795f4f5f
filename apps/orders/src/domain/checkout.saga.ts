import {
  authorisePayment,
  capturePayment,
  commitStock,
  refundPayment,
  releaseStock,
  reserveStock,
  restockOrder,
  voidPayment,
} from '@doorbuster/contracts';
import { defineSaga } from '@doorbuster/saga';
import { ask, GO_ON, TURN_BACK, type OrderCommand, type OrderSagaData } from './order-saga.js';

const forOrder = ({ orderId }: OrderSagaData): { orderId: string } => ({ orderId });

/**
 * Try on both sides, decide, confirm on both sides. Until the pivot a refusal or a silence turns back. After it both
 * steps go on until they are done; only a participant's refusal (a reservation that expired, a hold that the bank let
 * go) undoes the order.
 */
export const checkoutSaga = defineSaga<OrderSagaData, OrderCommand>({
  name: 'checkout',
  version: 1,
  stages: [
    [
      {
        name: 'reserve-stock',
        command: ({ orderId, lines }) => ask(reserveStock, { orderId, lines }),
        ...TURN_BACK,
        timeoutReason: 'STOCK_TIMEOUT',
        compensation: {
          name: 'release-stock',
          command: (data) => ask(releaseStock, forOrder(data)),
          ...GO_ON,
        },
      },
    ],
    [
      {
        name: 'authorise-payment',
        command: ({ orderId, total, method }) => ask(authorisePayment, { orderId, amount: total, method }),
        ...TURN_BACK,
        attempts: 3,
        timeoutReason: 'PAYMENT_TIMEOUT',
        compensation: { name: 'void-payment', command: (data) => ask(voidPayment, forOrder(data)), ...GO_ON },
      },
    ],
    { pivot: 'confirm-order' },
    [
      {
        name: 'commit-stock',
        command: (data) => ask(commitStock, forOrder(data)),
        ...GO_ON,
        compensation: {
          name: 'restock-order',
          command: (data) => ask(restockOrder, forOrder(data)),
          ...GO_ON,
        },
      },
      {
        name: 'capture-payment',
        command: (data) => ask(capturePayment, forOrder(data)),
        ...GO_ON,
        compensation: {
          name: 'refund-payment',
          command: (data) => ask(refundPayment, forOrder(data)),
          ...GO_ON,
        },
      },
    ],
  ],
});
