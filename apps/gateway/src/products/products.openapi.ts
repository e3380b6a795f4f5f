import {
  categoryList,
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
/** The demo catalogue has none, so this product can be created in it. */
const mug = {
  sku: 'MUG-WHITE',
  name: 'Mug, white, 350 ml',
  description: 'Stoneware, dishwasher safe.',
  category: 'home',
  price: { amount: 1250, currency: 'USD' },
};
const price = { amount: 1499, currency: 'USD' };
const tags = ['Products'];
const etag = {
  ETag: z.string().meta({ description: 'Send it back as `If-None-Match`, or as `If-Match` with a change' }),
};

export const productsPaths: ZodOpenApiPathsObject = {
  '/v1/categories': {
    get: {
      tags,
      summary: 'List the categories with their number of products',
      responses: { '200': json(categoryList, 'All categories, by name'), ...problems(...UNAVAILABLE) },
    },
  },
  '/v1/products': {
    get: {
      tags,
      summary: 'Search and page through products',
      description:
        'By price, products are in order of currency, amount and SKU; `-price` is the reverse. With `facets=true` the answer counts the products by category and by price range, each without its own filter: choose one by sending it as `category`, or as `currency`, `minPrice` and `maxPrice`. A cursor is valid with the filters and the sort that it was made with.',
      requestParams: { query: productFilter },
      responses: { '200': json(productViews, 'One page'), ...problems('VALIDATION_FAILED', ...UNAVAILABLE) },
    },
    post: {
      tags,
      summary: 'Create a product',
      security: bearer,
      requestBody: body(createProductBody, mug),
      responses: {
        '201': json(product, 'Created', location, mug),
        ...problems('SKU_EXISTS', ...BODY, ...CLOSED),
      },
    },
  },
  '/v1/products/{sku}': {
    get: {
      tags,
      summary: 'Read a product with its price and availability',
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
      requestBody: body(changeProductBody, { price }),
      responses: {
        '200': json(product, 'Changed', etag, { price }),
        ...problems('PRODUCT_NOT_FOUND', 'PRECONDITION_FAILED', ...BODY, ...CLOSED),
      },
    },
  },
};
