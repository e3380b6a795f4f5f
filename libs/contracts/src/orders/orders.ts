import { z } from 'zod';
import { actor, changeTerms } from '../actor.js';
import { event } from '../message.js';
import { paymentMethod } from '../payments/payments.js';
import { change, rpc, type Reply } from '../rpc.js';
import {
  LINE_QUANTITY_MAX,
  ORDER_LINES_MAX,
  customerId,
  databaseTime,
  idempotencyKey,
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
export const orderStatus = z.enum(ORDER_STATUSES).meta({ id: 'OrderStatus' });
export type OrderStatus = z.infer<typeof orderStatus>;

const item = z.strictObject({
  sku,
  quantity: z.int().min(1).max(LINE_QUANTITY_MAX),
  saleId: saleId
    .toLowerCase()
    .optional()
    .meta({ description: 'Buys on the terms of this sale, or not at all' }),
});
const payment = z.strictObject({ method: paymentMethod });
export const placeOrderBody = z
  .strictObject({ items: z.array(item).min(1).max(ORDER_LINES_MAX), payment })
  .meta({ id: 'PlaceOrder' });
export type PlaceOrderBody = z.infer<typeof placeOrderBody>;

export const orderLine = z
  .object({
    sku,
    quantity: z.int().min(1),
    saleId: saleId.optional().meta({ description: 'The sale whose price it is' }),
    unitPrice: money.meta({ description: 'The price charged, fixed when the order was accepted' }),
  })
  .meta({ id: 'OrderLine' });

export const order = z
  .object({
    id: orderId,
    customerId,
    status: orderStatus,
    reason: z.string().nullable().meta({ description: 'Why it was rejected or cancelled' }),
    cancelling: z.boolean().meta({ description: 'A cancellation was accepted and is under way' }),
    lines: z.array(orderLine),
    total: money,
    createdAt: instant,
    updatedAt: instant,
  })
  .meta({ id: 'Order' });
export type Order = z.infer<typeof order>;

/** What one batch of orders may hold: the answer to the largest stays below a broker's usual limit of 1 MiB. */
export const PLACE_ORDERS_MAX = 64;

const placeOrderRequest = z.object({
  customerId,
  idempotencyKey,
  body: z.object({ items: z.array(item.strip()).min(1).max(ORDER_LINES_MAX), payment: payment.strip() }),
  traceparent,
  /** Not to be accepted later than this, by the clock of the orders service's database. */
  acceptBy: databaseTime.optional(),
  /** The same as a span from when it is handled, for a service of the previous release, which does not know `acceptBy`. */
  expiresInMs: z.int().min(0).optional(),
});
export type PlaceOrderRequest = z.infer<typeof placeOrderRequest>;

/** Orders that came to a gateway together, asked for together. Each has a reply of its own, in their order. */
export const placeOrders = change(
  'orders',
  'place-orders',
  'customer',
  z.object({ requests: z.array(placeOrderRequest).min(1).max(PLACE_ORDERS_MAX) }),
  z.array(z.custom<Reply<Order>>()),
);

/** The outcome of a request to place an order, asked for after its `acceptBy`. */
export type PlacingOutcome =
  /** There is an order with its key; the reply is that to the same request again. */
  | { outcome: 'PLACED'; reply: Reply<Order> }
  /** There is no order, and this request can no longer make one. */
  | { outcome: 'NONE' }
  /** Not decided yet: `acceptBy` is not over by the database's clock, or a transaction that may contain the order is still open. */
  | { outcome: 'OPEN' };

/** Says what became of requests. Each has an outcome of its own, in their order. */
export const findPlacedOrders = rpc(
  'orders',
  'find-placed-orders',
  z.object({ requests: z.array(placeOrderRequest).min(1).max(PLACE_ORDERS_MAX) }),
  z.array(z.custom<PlacingOutcome>()),
);
export const getOrder = rpc('orders', 'get-order', z.object({ actor, orderId }), order);
export const listOrders = rpc('orders', 'list-orders', z.object({ actor, ...pageRequest }), page(order));
export const cancelOrder = change(
  'orders',
  'cancel-order',
  'customer',
  z.object({ ...changeTerms, orderId, traceparent }),
  order,
);

/** What makes a repeated request known again. */
const placedRequest = z.object({ customerId, idempotencyKey });
/** Maximum items of a page; fewer when they do not fit into a message. */
export const PLACED_REQUESTS_MAX = 2_000;

/** The requests that became orders, in the order of their ids, from the one after `after`. */
export const listPlacedRequests = rpc(
  'orders',
  'list-placed-requests',
  z.object({ after: orderId }),
  z.object({
    requests: z.array(placedRequest).max(PLACED_REQUESTS_MAX),
    /** The last order of the page; `null` when there is none. */
    last: orderId.nullable(),
    /** Whether there are requests after these; where it is not said, a full page says so. */
    hasMore: z.boolean().optional(),
  }),
);

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

/** The timeline as the gateway gives it: with where to look at what lay between its transitions. */
export const tracedTimeline = timeline
  .extend({
    traces: z.array(
      z.object({
        traceId: z.string(),
        url: z.url().nullable().meta({ description: 'null where nobody told the gateway of a place' }),
      }),
    ),
  })
  .meta({ id: 'Timeline' });
export type TracedTimeline = z.infer<typeof tracedTimeline>;

/** Every status an order reaches; the gateway's SSE feed and its `Prefer: wait` live on this one. */
export const orderStatusChanged = event(
  'orders',
  'order-status-changed',
  z.object({ orderId, customerId, status: orderStatus, reason: z.string().nullable(), at: instant }),
);
export type OrderStatusChanged = z.infer<typeof orderStatusChanged.schema>;

/** Requests that became orders in one transaction, told before anything becomes of them. */
export const ordersAccepted = event(
  'orders',
  'orders-accepted',
  z.object({ requests: z.array(placedRequest).min(1) }),
);
export type OrdersAccepted = z.infer<typeof ordersAccepted.schema>;
