import {
  changeSaleBody,
  createSaleBody,
  sale,
  saleFilter,
  saleId,
  saleView,
  saleViews,
} from '@doorbuster/contracts';
import { z } from 'zod';
import type { ZodOpenApiPathsObject } from 'zod-openapi';
import { bearer, body, idempotent, ifMatch } from '../docs/requests.js';
import { BODY, CLOSED, empty, json, location, problems, UNAVAILABLE } from '../docs/responses.js';

const path = z.object({ id: saleId });
/** An end that has passed would be refused. */
const terms = {
  price: { amount: 999, currency: 'USD' },
  startsAt: '2030-11-29T12:00:00.000Z',
  endsAt: '2030-11-29T13:00:00.000Z',
};
const tags = ['Sales'];
const etag = {
  ETag: z.string().meta({ description: 'Send it back as `If-None-Match`, or as `If-Match` with a change' }),
};

export const salesPaths: ZodOpenApiPathsObject = {
  '/v1/sales': {
    get: {
      tags,
      summary: 'List sales, newest first',
      requestParams: { query: saleFilter },
      responses: { '200': json(saleViews, 'One page'), ...problems('VALIDATION_FAILED', ...UNAVAILABLE) },
    },
    post: {
      tags,
      summary: 'Create a sale',
      description:
        'The sale is `PREPARING` until its units are set aside from ordinary stock; then it opens and ends by itself. If there are not enough units it is `REJECTED`.',
      security: bearer,
      requestParams: { header: z.object(idempotent) },
      requestBody: body(createSaleBody, terms),
      responses: {
        '201': json(sale, 'Created', location, { ...terms, status: 'PREPARING' }),
        ...problems(
          ...BODY,
          ...CLOSED,
          'IDEMPOTENCY_KEY_MISSING',
          'IDEMPOTENCY_KEY_REUSED',
          'UNKNOWN_SKU',
          'CURRENCY_MISMATCH',
          'SALE_EXISTS',
        ),
      },
    },
  },
  '/v1/sales/{id}': {
    get: {
      tags,
      summary: 'Read a sale, and how many units are left',
      requestParams: { path, header: z.object({ 'If-None-Match': z.string().optional() }) },
      responses: {
        '200': json(saleView, 'The sale', etag),
        '304': empty('Not changed', etag),
        ...problems('SALE_NOT_FOUND', ...UNAVAILABLE),
      },
    },
    patch: {
      tags,
      summary: 'Change a sale',
      description:
        'Price and start until it starts, end and limit until it ends. An end that has passed ends it now.',
      security: bearer,
      requestParams: { path, header: ifMatch },
      requestBody: body(changeSaleBody, { limitPerCustomer: 4 }),
      responses: {
        '200': json(sale, 'Changed', etag, { limitPerCustomer: 4 }),
        ...problems(
          ...BODY,
          ...CLOSED,
          'SALE_NOT_FOUND',
          'PRECONDITION_FAILED',
          'SALE_STARTED',
          'SALE_ENDED',
          'SALE_EXISTS',
          'CURRENCY_MISMATCH',
        ),
      },
    },
  },
};
