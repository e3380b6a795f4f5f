import { checkFraud, fraudChecked, fraudSuspected } from '@doorbuster/contracts';
import { COMPENSATABLE, defineSaga } from '@doorbuster/saga';
import { commandForOrder } from '../orders/domain/order-saga.js';
import { checkoutSaga } from './checkout.saga.js';
import type { OrderSagaDefinition } from './order-decisions.js';

/** The previous version, with one more step. */
export const checkoutV2Saga: OrderSagaDefinition = defineSaga({
  ...checkoutSaga,
  version: 2,
  stages: checkoutSaga.stages.toSpliced(1, 0, {
    name: 'check-fraud',
    command: commandForOrder(checkFraud),
    succeedsOn: fraudChecked,
    refusedOn: fraudSuspected,
    ...COMPENSATABLE,
    changesNothing: true,
  }),
});
