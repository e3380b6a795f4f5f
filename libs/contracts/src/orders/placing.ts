import { z } from 'zod';
import { event } from '../message.js';
import { paymentMethod } from '../payments/payments.js';
import { change, rpc, type Reply } from '../rpc.js';
import {
  LINE_QUANTITY_MAX,
  ORDER_LINES_MAX,
  customerId,
  databaseTime,
  idempotencyKey,
  money,
  orderId,
  saleId,
  sku,
  traceparent,
} from '../values.js';
import { orderStatus, type Order } from './orders.js';

const item = z.strictObject({
  sku,
  quantity: z
    .int()
    .min(1)
    .max(LINE_QUANTITY_MAX)
    .meta({ examples: [1] }),
  saleId: saleId
    .toLowerCase()
    .optional()
    .meta({ description: 'Buys on the terms of this sale, or is refused' }),
});
const payment = z.strictObject({ method: paymentMethod });
export const placeOrderBody = z
  .strictObject({ items: z.array(item).min(1).max(ORDER_LINES_MAX), payment })
  .meta({ id: 'PlaceOrder' });
export type PlaceOrderBody = z.infer<typeof placeOrderBody>;

/** Maximum requests of a batch. The largest reply stays below the broker's default limit of 1 MiB. */
export const PLACE_ORDERS_MAX = 64;

const placeOrderRequest = z.object({
  customerId,
  idempotencyKey,
  body: z.object({ items: z.array(item.strip()).min(1).max(ORDER_LINES_MAX), payment: payment.strip() }),
  traceparent,
  /**
   * Only of a cart's checkout: the unit price of each SKU that its customer accepted. The order is refused with PRICE_CHANGED if
   * it would be charged another, and each of its statuses is sent as {@link cartOrderChanged} too.
   */
  acceptedPrices: z
    .array(z.object({ sku, unitPrice: money }))
    .max(ORDER_LINES_MAX)
    .optional(),
  /** The request is refused after this time of the orders service's database clock. */
  acceptBy: databaseTime.optional(),
  /** The same limit as a duration, for services of the previous release, which do not know `acceptBy`. */
  expiresInMs: z.int().min(0).optional(),
});
export type PlaceOrderRequest = z.infer<typeof placeOrderRequest>;

/** A batch of orders that reached a gateway at the same time. The response has one reply for each request, in their order. */
export const placeOrders = change(
  'orders',
  'place-orders',
  'customer',
  z.object({ requests: z.array(placeOrderRequest).min(1).max(PLACE_ORDERS_MAX) }),
  z.array(z.custom<Reply<Order>>()),
);

/** The outcome of a request to place an order. The gateway asks after its `acceptBy`. */
export type PlacingOutcome =
  /** There is an order with its key. The reply is the one that a repeated request gets. */
  | { outcome: 'PLACED'; reply: Reply<Order> }
  /** There is no order, and this request can no longer create one. */
  | { outcome: 'NONE' }
  /** Undecided: `acceptBy` has not passed by the database clock, or a transaction that may contain the order is open. */
  | { outcome: 'OPEN' };

/** The response has one outcome for each request, in their order. */
export const findPlacedOrders = rpc(
  'orders',
  'find-placed-orders',
  z.object({ requests: z.array(placeOrderRequest).min(1).max(PLACE_ORDERS_MAX) }),
  z.array(z.custom<PlacingOutcome>()),
);

/** The key that identifies a repeated request. */
const placedRequest = z.object({ customerId, idempotencyKey });
/** Maximum items of a page. A page has fewer if they would exceed the size of a message. */
export const PLACED_REQUESTS_MAX = 2_000;

/** Requests that became orders, in the order of the order ids, after the order `after`. */
export const listPlacedRequests = rpc(
  'orders',
  'list-placed-requests',
  z.object({ after: orderId }),
  z.object({
    requests: z.array(placedRequest).max(PLACED_REQUESTS_MAX),
    /** The last order of the page; `null` when there is none. */
    last: orderId.nullable(),
    /** Older releases do not send it; then a full page means that there are more. */
    hasMore: z.boolean().optional(),
  }),
);

/** Requests that became orders in one transaction. Sent before any status change of these orders. */
export const ordersAccepted = event(
  'orders',
  'orders-accepted',
  z.object({ requests: z.array(placedRequest).min(1) }),
);
export type OrdersAccepted = z.infer<typeof ordersAccepted.schema>;

/** Sent for each status of an order that a cart's checkout made, PENDING included. Other orders have none. */
export const cartOrderChanged = event(
  'orders',
  'cart-order-changed',
  placedRequest.extend({ orderId, status: orderStatus }),
);
