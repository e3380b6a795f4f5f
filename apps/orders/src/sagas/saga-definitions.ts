import type { SagaDefinition } from '@doorbuster/saga';
import { cancellationSaga } from '../domain/cancellation.saga.js';
import { checkoutSaga } from '../domain/checkout.saga.js';
import type { OrderCommand, OrderSagaData } from '../domain/order-saga.js';

export type OrderSagaDefinition = SagaDefinition<OrderSagaData, OrderCommand>;

/** Every version that may still be running; the newest of a name is the one that is started. Tests have further ones. */
export const SAGA_DEFINITIONS = Symbol('saga definitions');
export const sagaDefinitions: readonly OrderSagaDefinition[] = [checkoutSaga, cancellationSaga];
