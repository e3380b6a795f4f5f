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
export const listOrders = rpc('orders', 'list-orders', z.object({ actor, ...pageRequest }), page(order));
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
