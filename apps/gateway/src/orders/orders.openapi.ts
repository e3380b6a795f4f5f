import {
  order,
  orderFilter,
  orderId,
  page,
  placeOrderBody,
  TEST_METHODS,
  tracedTimeline,
} from '@doorbuster/contracts';
import { z } from 'zod';
import type { ZodOpenApiPathsObject } from 'zod-openapi';
import { bearer, bodyOf, idempotent, prefer } from '../docs/requests.js';
import { BODY, CLOSED, json, location, other, preferenceApplied, problems } from '../docs/responses.js';

const path = z.object({ id: orderId });
const tags = ['Orders'];
const items = [{ sku: 'TSHIRT-BLACK-M', quantity: 1 }];
const testMethods = Object.entries(TEST_METHODS);
const testOrders = Object.fromEntries(
  testMethods.map(([method, outcome]) => [
    method,
    { summary: `${method} ${outcome.replaceAll('`', '')}`, value: { items, payment: { method } } },
  ]),
);
const STREAM = `event: status
data: {"orderId":"01a21ce0-6e00-7c4a-9b1f-3d5e7a902c68","status":"PENDING","reason":null,"at":"2026-11-27T12:00:00.000Z"}

event: status
data: {"orderId":"01a21ce0-6e00-7c4a-9b1f-3d5e7a902c68","status":"CONFIRMED","reason":null,"at":"2026-11-27T12:00:00.085Z"}

`;
const headers = { ...location, ...preferenceApplied };

export const ordersPaths: ZodOpenApiPathsObject = {
  '/v1/orders': {
    post: {
      tags,
      summary: 'Place an order',
      description: [
        'Answers 202 once the order is on disk. With `Prefer: wait=N` it answers with the outcome, if that is there within N seconds. A line with a `saleId` is bought on the terms of that sale, or refused.',
        'Test cards and other payment methods of the simulated provider:',
        testMethods.map(([method, outcome]) => `- \`${method}\` ${outcome}`).join('\n'),
      ].join('\n\n'),
      security: bearer,
      requestParams: { header: z.object({ ...idempotent, ...prefer }) },
      requestBody: bodyOf(placeOrderBody, testOrders),
      responses: {
        '201': json(order, 'Confirmed; only with `Prefer: wait`', headers),
        '202': json(order, 'Accepted, durable, and under way', headers, { status: 'PENDING' }),
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
      summary: 'List your orders, newest first; an admin sees all orders',
      description:
        'A page may have fewer orders than `limit`, or none, before the last one: with filters it reads at most 20,000 orders. Go on until `nextCursor` is null; a time range makes that short. The cursor belongs to its filters. Orders that arrive later and changes of status move no order to another page.',
      security: bearer,
      requestParams: { query: orderFilter },
      responses: {
        '200': json(page(order).meta({ id: 'OrderPage' }), 'One page'),
        ...problems('VALIDATION_FAILED', ...CLOSED),
      },
    },
  },
  '/v1/orders/{id}': {
    get: {
      tags,
      summary: 'Read an order',
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
        '200': json(order, 'Cancelled', headers, { status: 'CANCELLED', reason: 'CANCELLED_BY_CUSTOMER' }),
        '202': json(order, 'The cancellation is under way', headers, { cancelling: true }),
        ...problems('ORDER_NOT_FOUND', 'ORDER_NOT_CANCELLABLE', ...BODY, ...CLOSED),
      },
    },
  },
  '/v1/orders/{id}/events': {
    get: {
      tags,
      summary: 'Follow each status change, as server-sent events',
      description:
        'First `status` event: the status now. Then one for each change; ends after the last. Data: `{"orderId","status","reason","at"}`.',
      security: bearer,
      requestParams: { path },
      responses: {
        '200': other('text/event-stream', 'The stream', STREAM),
        ...problems('ORDER_NOT_FOUND', 'TOO_MANY_STREAMS', ...CLOSED),
      },
    },
  },
  '/v1/orders/{id}/timeline': {
    get: {
      tags,
      summary: 'Read what happened to an order: every transition of its sagas',
      security: bearer,
      requestParams: { path },
      responses: {
        '200': json(tracedTimeline, 'The transitions, oldest first'),
        ...problems('ORDER_NOT_FOUND', ...CLOSED),
      },
    },
  },
};
