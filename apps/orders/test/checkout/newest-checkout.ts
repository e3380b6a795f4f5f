import { isPivot, stepsOf } from '@doorbuster/saga';
import type { OrderSagaDefinition } from '../../src/checkout/order-decisions.js';
import { sagaDefinitions } from '../../src/checkout/saga-definitions.js';
import type { OrderSagaData } from '../../src/orders/domain/order-saga.js';

export const SAGA_DATA: OrderSagaData = {
  orderId: '01a0b1c2-0000-7000-8000-000000000001',
  customerId: 'ann',
  idempotencyKey: 'first',
  lines: [{ sku: 'MUG', quantity: 2 }],
  total: { amount: 1_998, currency: 'USD' },
  method: 'pm_card_visa',
  traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
};

/** The version of the checkout that starts. */
export const newestCheckout: OrderSagaDefinition = sagaDefinitions
  .filter(({ name }) => name === 'checkout')
  .reduce((newest, each) => (each.version > newest.version ? each : newest));

/** Subjects of the commands of a checkout that is confirmed, in the order in which they are sent. */
export const CHECKOUT_COMMANDS: readonly string[] = newestCheckout.stages
  .flatMap(stepsOf)
  .map(({ command }) => command(SAGA_DATA).contract.subject);

/** The transitions of a checkout up to its pivot, each as its step and kind. */
export const TRANSITIONS_TO_PIVOT: readonly string[] = [
  'checkout STARTED',
  ...newestCheckout.stages
    .slice(0, newestCheckout.stages.findIndex(isPivot) + 1)
    .flatMap((stage) =>
      isPivot(stage)
        ? [`${stage.pivot} SUCCEEDED`]
        : ['SENT', 'SUCCEEDED'].flatMap((kind) => stepsOf(stage).map(({ name }) => `${name} ${kind}`)),
    ),
];
