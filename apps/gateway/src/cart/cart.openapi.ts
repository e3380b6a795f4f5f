import { cartView, checkoutBody, mergeCartBody, order, setCartItemBody, sku } from '@doorbuster/contracts';
import { z } from 'zod';
import type { ZodOpenApiPathsObject } from 'zod-openapi';
import { bearer, body, idempotent, prefer } from '../docs/requests.js';
import { BODY, CLOSED, json, location, preferenceApplied, problems } from '../docs/responses.js';

const path = z.object({ sku });
const tags = ['Cart'];
const headers = { ...location, ...preferenceApplied };
const cart = (description: string) => json(cartView, description);

export const cartPaths: ZodOpenApiPathsObject = {
  '/v1/cart': {
    get: {
      tags,
      summary: 'Read your cart',
      security: bearer,
      responses: { '200': cart('The cart now'), ...problems(...CLOSED) },
    },
  },
  '/v1/cart/items/{sku}': {
    put: {
      tags,
      summary: 'Put a product into your cart, or set its quantity',
      description:
        'Changes of several tabs are all kept. With a `version` the change is made only to that version of the cart. A cart that is not changed for 90 days is deleted.',
      security: bearer,
      requestParams: { path },
      requestBody: body(setCartItemBody, { quantity: 2 }),
      responses: {
        '200': cart('The cart after it'),
        ...problems(...BODY, ...CLOSED, 'UNKNOWN_SKU', 'CART_CHANGED', 'CART_FULL'),
      },
    },
    delete: {
      tags,
      summary: 'Remove a product from your cart',
      security: bearer,
      requestParams: { path },
      responses: { '200': cart('The cart without it'), ...problems('UNKNOWN_SKU', ...CLOSED) },
    },
  },
  '/v1/cart/merge': {
    post: {
      tags,
      summary: 'Merge the cart of an anonymous visitor into yours',
      description:
        'Each product gets the greater of its two quantities. A repeated request with the same key merges nothing again.',
      security: bearer,
      requestParams: { header: z.object(idempotent) },
      requestBody: body(mergeCartBody),
      responses: {
        '200': cart('The cart after it'),
        ...problems(
          ...BODY,
          ...CLOSED,
          'IDEMPOTENCY_KEY_MISSING',
          'IDEMPOTENCY_KEY_REUSED',
          'UNKNOWN_SKU',
          'CART_FULL',
        ),
      },
    },
  },
  '/v1/cart/checkout': {
    post: {
      tags,
      summary: 'Buy what is in your cart, as one order',
      description: [
        'Answers as `POST /v1/orders` does, with the same order. The key buys what is in the cart when it is sent first: a repeated request places or finds the same order, also when the cart has changed since.',
        'Each product is charged the price when it was put in, or the one in `acceptedPrices`. If that is not its price now, nothing is ordered: `PRICE_CHANGED`.',
        'An accepted order takes what it buys out of the cart. A rejected one puts it back.',
      ].join('\n\n'),
      security: bearer,
      requestParams: { header: z.object({ ...idempotent, ...prefer }) },
      requestBody: body(checkoutBody),
      responses: {
        '201': json(order, 'Confirmed; only with `Prefer: wait`', headers),
        '202': json(order, 'Accepted, durable, and under way', headers, { status: 'PENDING' }),
        ...problems(
          ...BODY,
          ...CLOSED,
          'IDEMPOTENCY_KEY_MISSING',
          'IDEMPOTENCY_KEY_REUSED',
          'CART_EMPTY',
          'CART_FULL',
          'PRICE_CHANGED',
          'UNKNOWN_SKU',
          'CURRENCY_MISMATCH',
          'OUT_OF_STOCK',
          'ORDER_REJECTED',
          'ORDER_CANCELLED',
          'PAYMENT_DECLINED',
          'PAYMENT_TIMEOUT',
          'SERVICE_OVERLOADED',
          'TOO_MANY_UNSETTLED_ORDERS',
        ),
      },
    },
  },
};
