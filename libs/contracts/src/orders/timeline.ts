import { z } from 'zod';
import { actor } from '../actor.js';
import { rpc } from '../rpc.js';
import { instant, orderId, traceId } from '../values.js';
import { sagaId } from './sagas.js';

export const SAGA_TRANSITIONS = [
  'STARTED',
  'SENT',
  'RESENT',
  'SUCCEEDED',
  'REFUSED',
  'TIMED_OUT',
  'COMPENSATING',
  'COMPENSATED',
  'STALLED',
  'RETRIED',
  'COMPLETED',
] as const;

export const timelineEntry = z
  .object({
    at: instant,
    saga: z.string().meta({ description: 'checkout or cancellation', examples: ['checkout'] }),
    sagaId,
    step: z.string().meta({ examples: ['reserve-stock'] }),
    transition: z.enum(SAGA_TRANSITIONS).meta({ examples: ['SUCCEEDED'] }),
    attempt: z
      .int()
      .min(0)
      .meta({ examples: [1] }),
    reason: z
      .string()
      .nullable()
      .meta({ examples: [null] }),
    traceId,
  })
  .meta({ id: 'TimelineEntry' });
export type TimelineEntry = z.infer<typeof timelineEntry>;

export const timeline = z.object({ orderId, items: z.array(timelineEntry), nextCursor: z.null() });
export type Timeline = z.infer<typeof timeline>;
export const getTimeline = rpc('orders', 'get-timeline', z.object({ actor, orderId }), timeline);

/** The timeline in the REST API, with links to the traces of its transitions. */
export const tracedTimeline = timeline
  .extend({
    traces: z.array(
      z.object({
        traceId,
        url: z
          .url()
          .nullable()
          .meta({
            description: 'null if the gateway has no TRACE_URL_TEMPLATE',
            examples: ['http://localhost:28602/traces/8c1f4b0e6a2d4f7b9e3c5a1d7f2b6e90'],
          }),
      }),
    ),
  })
  .meta({ id: 'Timeline' });
export type TracedTimeline = z.infer<typeof tracedTimeline>;
