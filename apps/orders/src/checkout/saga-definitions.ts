import { cancellationSaga } from './cancellation.saga.js';
import { checkoutSaga } from './checkout.saga.js';
import type { OrderSagaDefinition } from './order-decisions.js';

/** Every version that may still have running instances. The highest version of a name is the one that starts. */
export const sagaDefinitions: readonly OrderSagaDefinition[] = [checkoutSaga, cancellationSaga];
