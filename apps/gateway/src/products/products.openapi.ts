import {
  changeProductBody,
  createProductBody,
  product,
  productFilter,
  productView,
  productViews,
  sku,
} from '@doorbuster/contracts';
import { z } from 'zod';
import type { ZodOpenApiPathsObject } from 'zod-openapi';
import { bearer, body, ifMatch } from '../docs/requests.js';
import { BODY, CLOSED, empty, json, location, problems, UNAVAILABLE } from '../docs/responses.js';

const path = z.object({ sku });
const tags = ['Products'];
const etag = {
  ETag: z.string().meta({ description: 'Send it back as `If-None-Match`, or as `If-Match` with a change' }),
};

export const productsPaths: ZodOpenApiPathsObject = {
  '/v1/products': {
    get: {
      tags,
      summary: 'Search and page through products',
      requestParams: { query: productFilter },
      responses: { '200': json(productViews, 'One page'), ...problems('VALIDATION_FAILED', ...UNAVAILABLE) },
    },
    post: {
      tags,
      summary: 'Create a product',
      security: bearer,
      requestBody: body(createProductBody, {
        sku: 'TSHIRT-BLACK-M',
        name: 'T-shirt, black, M',
        description: 'Heavy cotton',
        category: 'clothing',
        price: { amount: 1999, currency: 'USD' },
      }),
      responses: { '201': json(product, 'Created', location), ...problems('SKU_EXISTS', ...BODY, ...CLOSED) },
    },
  },
  '/v1/products/{sku}': {
    get: {
      tags,
      summary: 'One product with its price and availability',
      requestParams: { path, header: z.object({ 'If-None-Match': z.string().optional() }) },
      responses: {
        '200': json(productView, 'The product', etag),
        '304': empty('Not changed', etag),
        ...problems('PRODUCT_NOT_FOUND', ...UNAVAILABLE),
      },
    },
    patch: {
      tags,
      summary: 'Change a product',
      security: bearer,
      requestParams: { path, header: ifMatch },
      requestBody: body(changeProductBody, { price: { amount: 1499, currency: 'USD' } }),
      responses: {
        '200': json(product, 'Changed', etag),
        ...problems('PRODUCT_NOT_FOUND', 'PRECONDITION_FAILED', ...BODY, ...CLOSED),
      },
    },
  },
};
