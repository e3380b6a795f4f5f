import { adjustmentBody, sku, stockLevels } from '@doorbuster/contracts';
import { z } from 'zod';
import type { ZodOpenApiPathsObject } from 'zod-openapi';
import { bearer, body, idempotent } from '../docs/requests.js';
import { BODY, CLOSED, json, problems } from '../docs/responses.js';

const path = z.object({ sku });
const tags = ['Inventory'];

export const inventoryPaths: ZodOpenApiPathsObject = {
  '/v1/inventory/{sku}': {
    get: {
      tags,
      summary: 'Read the stock of a SKU',
      security: bearer,
      requestParams: { path },
      responses: { '200': json(stockLevels, 'The stock now'), ...problems('PRODUCT_NOT_FOUND', ...CLOSED) },
    },
  },
  '/v1/inventory/{sku}/adjustments': {
    post: {
      tags,
      summary: 'Receive stock, or write it off',
      security: bearer,
      requestParams: { path, header: z.object(idempotent) },
      requestBody: body(adjustmentBody, { delta: 100, reason: 'delivery' }),
      responses: {
        '201': json(stockLevels, 'The stock after it'),
        ...problems(
          ...BODY,
          ...CLOSED,
          'PRODUCT_NOT_FOUND',
          'INSUFFICIENT_STOCK',
          'STOCK_LIMIT',
          'IDEMPOTENCY_KEY_MISSING',
          'IDEMPOTENCY_KEY_REUSED',
        ),
      },
    },
  },
};
