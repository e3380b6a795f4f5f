import { metrics } from '@opentelemetry/api';

const meter = metrics.getMeter('doorbuster.gateway');

/** Add 1 when one opens, -1 when it ends. */
export const openStreams = meter.createUpDownCounter('doorbuster.sse.open', {
  description: 'Event streams of orders (SSE) that are open.',
  unit: '{stream}',
});
/** Add 1 when one begins to wait, -1 when it is answered. */
export const waitingRequests = meter.createUpDownCounter('doorbuster.orders.outcome_waits', {
  description: 'Requests that wait for the outcome of their order (`Prefer: wait`).',
  unit: '{request}',
});
