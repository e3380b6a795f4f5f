import { z } from 'zod';
import { changeTerms } from '../actor.js';
import { change, rpc } from '../rpc.js';
import { instant, orderId, page, pageRequest } from '../values.js';

export const SAGA_STATES = ['RUNNING', 'COMPENSATING', 'COMPLETED', 'COMPENSATED', 'STALLED'] as const;
export const sagaState = z.enum(SAGA_STATES).meta({ id: 'SagaState' });

export const saga = z
  .object({
    id: z.uuid(),
    definition: z.string(),
    version: z.int(),
    orderId,
    state: sagaState,
    pending: z.array(
      z.object({
        step: z.string(),
        attempt: z.int(),
        deadlineAt: instant.nullable().meta({ description: 'null when all attempts went unanswered' }),
      }),
    ),
    reason: z.string().nullable(),
    traceId: z.string(),
    createdAt: instant,
    updatedAt: instant,
  })
  .meta({ id: 'Saga' });
export type Saga = z.infer<typeof saga>;

export const sagaFilter = z.strictObject({ state: sagaState.optional(), ...pageRequest });
export type SagaFilter = z.infer<typeof sagaFilter>;
export const listSagas = rpc('orders', 'list-sagas', sagaFilter.strip(), page(saga));
/** Sends the commands of the pending steps again, with new attempts. Only a `STALLED` saga can be retried. */
export const retrySaga = change(
  'orders',
  'retry-saga',
  'admin',
  z.object({ ...changeTerms, id: z.uuid() }),
  saga,
);
