import { page, stuckItem, stuckItemFilter } from '@doorbuster/contracts';
import type { ZodOpenApiPathsObject } from 'zod-openapi';
import { bearer } from '../docs/requests.js';
import { CLOSED, json, problems } from '../docs/responses.js';

export const stuckItemsPaths: ZodOpenApiPathsObject = {
  '/v1/stuck-items': {
    get: {
      tags: ['Operations'],
      summary: 'What polling jobs cannot handle and try again later and later, stuck for longest first',
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
