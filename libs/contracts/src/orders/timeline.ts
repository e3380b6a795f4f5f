import { z } from 'zod';
import { actor } from '../actor.js';
import { rpc } from '../rpc.js';
import { instant, orderId } from '../values.js';

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
    saga: z.string().meta({ description: 'checkout or cancellation' }),
    sagaId: z.uuid(),
    step: z.string(),
    transition: z.enum(SAGA_TRANSITIONS),
    attempt: z.int().min(0),
    reason: z.string().nullable(),
    traceId: z.string(),
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
        traceId: z.string(),
        url: z.url().nullable().meta({ description: 'null if the gateway has no TRACE_URL_TEMPLATE' }),
      }),
    ),
  })
  .meta({ id: 'Timeline' });
export type TracedTimeline = z.infer<typeof tracedTimeline>;
