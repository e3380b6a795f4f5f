import { order, orderId, page, placeOrderBody, tracedTimeline } from '@doorbuster/contracts';
import { z } from 'zod';
import type { ZodOpenApiPathsObject } from 'zod-openapi';
import { bearer, body, idempotent, prefer } from '../docs/requests.js';
import { BODY, CLOSED, json, location, other, preferenceApplied, problems } from '../docs/responses.js';
import { pageFilter } from '../edge/request-input.js';

const path = z.object({ id: orderId });
const tags = ['Orders'];
const example = { items: [{ sku: 'TSHIRT-BLACK-M', quantity: 1 }], payment: { method: 'pm_card_visa' } };
const headers = { ...location, ...preferenceApplied };

export const ordersPaths: ZodOpenApiPathsObject = {
  '/v1/orders': {
    post: {
      tags,
      summary: 'Place an order',
      description:
        'Answers 202 once the order is on disk. With `Prefer: wait=N` it answers with the outcome, if that is there within N seconds. A line with a `saleId` is bought on the terms of that sale, or refused.',
      security: bearer,
      requestParams: { header: z.object({ ...idempotent, ...prefer }) },
      requestBody: body(placeOrderBody, example),
      responses: {
        '201': json(order, 'Confirmed; only with `Prefer: wait`', headers),
        '202': json(order, 'Accepted, durable, and under way', headers),
        ...problems(
          ...BODY,
          ...CLOSED,
          'IDEMPOTENCY_KEY_MISSING',
          'IDEMPOTENCY_KEY_REUSED',
          'UNKNOWN_SKU',
          'UNKNOWN_SALE',
          'CURRENCY_MISMATCH',
          'OUT_OF_STOCK',
          'SALE_NOT_STARTED',
          'SALE_ENDED',
          'PURCHASE_LIMIT',
          'ORDER_REJECTED',
          'ORDER_CANCELLED',
          'PAYMENT_DECLINED',
          'PAYMENT_TIMEOUT',
          'SERVICE_OVERLOADED',
          'TOO_MANY_UNSETTLED_ORDERS',
        ),
      },
    },
    get: {
      tags,
      summary: 'Own orders, newest first; all orders for an admin',
      security: bearer,
      requestParams: { query: pageFilter },
      responses: {
        '200': json(page(order).meta({ id: 'OrderPage' }), 'One page'),
        ...problems('VALIDATION_FAILED', ...CLOSED),
      },
    },
  },
  '/v1/orders/{id}': {
    get: {
      tags,
      summary: 'One order',
      security: bearer,
      requestParams: { path },
      responses: { '200': json(order, 'The order as it is now'), ...problems('ORDER_NOT_FOUND', ...CLOSED) },
    },
  },
  '/v1/orders/{id}/cancel': {
    post: {
      tags,
      summary: 'Cancel an order: refund and restock',
      security: bearer,
      requestParams: { path, header: z.object(prefer) },
      responses: {
        '200': json(order, 'Cancelled', headers),
        '202': json(order, 'The cancellation is under way', headers),
        ...problems('ORDER_NOT_FOUND', 'ORDER_NOT_CANCELLABLE', ...BODY, ...CLOSED),
      },
    },
  },
  '/v1/orders/{id}/events': {
    get: {
      tags,
      summary: 'Each status change, as server-sent events',
      description:
        'First `status` event: the status now. Then one for each change; ends after the last. Data: `{"orderId","status","reason","at"}`.',
      security: bearer,
      requestParams: { path },
      responses: {
        '200': other('text/event-stream', 'The stream'),
        ...problems('ORDER_NOT_FOUND', 'TOO_MANY_STREAMS', ...CLOSED),
      },
    },
  },
  '/v1/orders/{id}/timeline': {
    get: {
      tags,
      summary: 'What happened to an order: every transition of its sagas',
      security: bearer,
      requestParams: { path },
      responses: {
        '200': json(tracedTimeline, 'The transitions, oldest first'),
        ...problems('ORDER_NOT_FOUND', ...CLOSED),
      },
    },
  },
};
