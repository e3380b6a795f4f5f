import { page, stuckItem, stuckItemFilter } from '@doorbuster/contracts';
import type { ZodOpenApiPathsObject } from 'zod-openapi';
import { bearer } from '../docs/requests.js';
import { CLOSED, json, problems } from '../docs/responses.js';

export const stuckItemsPaths: ZodOpenApiPathsObject = {
  '/v1/stuck-items': {
    get: {
      tags: ['Operations'],
      summary: 'List items that polling jobs fail on, stuck longest first',
      security: bearer,
      requestParams: { query: stuckItemFilter },
      responses: {
        '200': json(
          page(stuckItem).meta({ id: 'StuckItemPage' }),
          'Up to `limit` items, without a next page',
        ),
        ...problems('VALIDATION_FAILED', ...CLOSED),
      },
    },
  },
};
