import { z } from 'zod';
import { changeTerms } from '../actor.js';
import { change, rpc } from '../rpc.js';
import { instant, orderId, page, pageRequest, queryBoolean, traceId } from '../values.js';

export const SAGA_STATES = ['RUNNING', 'COMPENSATING', 'COMPLETED', 'COMPENSATED', 'STALLED'] as const;
export const sagaState = z.enum(SAGA_STATES).meta({ id: 'SagaState', examples: ['STALLED'] });

/** The checkout of an order has the id of the order. */
export const sagaId = z.uuid().meta({ examples: ['01a21ce0-6e00-7c4a-9b1f-3d5e7a902c68'] });

export const saga = z
  .object({
    id: sagaId,
    definition: z.string().meta({ examples: ['checkout'] }),
    version: z.int().meta({ examples: [1] }),
    orderId,
    state: sagaState,
    pending: z.array(
      z.object({
        step: z.string().meta({ examples: ['capture-payment'] }),
        attempt: z.int().meta({ examples: [10] }),
        deadlineAt: instant
          .nullable()
          .meta({ description: 'null when all attempts went unanswered', examples: [null] }),
      }),
    ),
    reason: z
      .string()
      .nullable()
      .meta({ examples: ['TIMEOUT'] }),
    traceId,
    createdAt: instant,
    updatedAt: instant,
  })
  .meta({ id: 'Saga' });
export type Saga = z.infer<typeof saga>;

export const sagaFilter = z.strictObject({
  state: sagaState.optional(),
  open: queryBoolean
    .optional()
    .meta({ description: '`true`: only those that have not ended; `false`: only those that have' }),
  ...pageRequest,
});
export type SagaFilter = z.infer<typeof sagaFilter>;
export const listSagas = rpc('orders', 'list-sagas', sagaFilter.strip(), page(saga));
/** Sends the commands of the pending steps again, with new attempts. Only a `STALLED` saga can be retried. */
export const retrySaga = change(
  'orders',
  'retry-saga',
  'operator',
  z.object({ ...changeTerms, id: z.uuid() }),
  saga,
);
