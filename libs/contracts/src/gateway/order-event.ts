import { z } from 'zod';
import { orderStatus } from '../orders/orders.js';
import { instant, orderId } from '../values.js';

/** Data of the server-sent events of `GET /v1/orders/{id}/events`. */
export const orderEvent = z.object({
  orderId,
  status: orderStatus,
  reason: z.string().nullable(),
  at: instant,
});
export type OrderEvent = z.infer<typeof orderEvent>;
