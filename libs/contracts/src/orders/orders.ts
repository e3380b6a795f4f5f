import { z } from 'zod';
import { actor, changeTerms } from '../actor.js';
import { event } from '../message.js';
import { change, rpc } from '../rpc.js';
import {
  customerId,
  instant,
  money,
  orderId,
  page,
  pageRequest,
  repeatable,
  requestInstant,
  saleId,
  sku,
  traceparent,
} from '../values.js';

export const ORDER_STATUSES = ['PENDING', 'CONFIRMED', 'REJECTED', 'CANCELLED'] as const;
export const orderStatus = z.enum(ORDER_STATUSES).meta({ id: 'OrderStatus', examples: ['CONFIRMED'] });
export type OrderStatus = z.infer<typeof orderStatus>;

export const orderLine = z
  .object({
    sku,
    quantity: z
      .int()
      .min(1)
      .meta({ examples: [1] }),
    saleId: saleId.optional().meta({ description: 'The sale that the price is from' }),
    unitPrice: money.meta({ description: 'The price charged, fixed when the order was accepted' }),
  })
  .meta({ id: 'OrderLine' });

export const order = z
  .object({
    id: orderId,
    customerId,
    status: orderStatus,
    reason: z
      .string()
      .nullable()
      .meta({ description: 'Why it was rejected or cancelled', examples: [null] }),
    cancelling: z
      .boolean()
      .meta({ description: 'A cancellation was accepted and is in progress', examples: [false] }),
    lines: z.array(orderLine),
    total: money,
    createdAt: instant,
    updatedAt: instant,
  })
  .meta({ id: 'Order' });
export type Order = z.infer<typeof order>;

export const getOrder = rpc('orders', 'get-order', z.object({ actor, orderId }), order);

/** Newest first. `nextCursor` belongs to these filters. */
export const orderFilter = z.strictObject({
  ...pageRequest,
  status: repeatable(orderStatus, ORDER_STATUSES.length)
    .optional()
    .meta({ description: 'Only orders in one of these statuses; repeat the parameter for several' }),
  reason: z
    .string()
    .regex(/^[A-Z][A-Z0-9_]{0,63}$/, 'must be the code of a reason, such as PAYMENT_DECLINED')
    .optional()
    .meta({
      description: 'The code that `reason` starts with: why it was rejected or cancelled',
      examples: ['PAYMENT_DECLINED'],
    }),
  customerId: customerId.optional().meta({
    description: 'Only orders of this customer; for customers, who see their own, any other has none',
  }),
  sku: sku.optional().meta({ description: 'Only orders with a line of this SKU' }),
  createdAfter: requestInstant.optional().meta({ description: 'Created at this instant or later' }),
  createdBefore: requestInstant.optional().meta({ description: 'Created before this instant' }),
});
export type OrderFilter = z.infer<typeof orderFilter>;
export const listOrders = rpc(
  'orders',
  'list-orders',
  z.object({ actor, ...orderFilter.shape }),
  page(order),
);
export const cancelOrder = change(
  'orders',
  'cancel-order',
  'customer',
  z.object({ ...changeTerms, orderId, traceparent }),
  order,
);

/** Sent for each status of an order. The gateway needs it for server-sent events and for `Prefer: wait`. */
export const orderStatusChanged = event(
  'orders',
  'order-status-changed',
  z.object({ orderId, customerId, status: orderStatus, reason: z.string().nullable(), at: instant }),
);
export type OrderStatusChanged = z.infer<typeof orderStatusChanged.schema>;
