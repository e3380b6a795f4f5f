import type { ZodOpenApiPathsObject } from 'zod-openapi';
import { other, problems } from '../docs/responses.js';

export const startPagePaths: ZodOpenApiPathsObject = {
  '/about': {
    get: {
      tags: ['Documentation'],
      summary: 'Show a browser what runs, and where to look',
      description: 'Only for `Accept: text/html`. Other clients get 404.',
      responses: { '200': other('text/html', 'The page'), ...problems('NOT_FOUND', 'RATE_LIMITED') },
    },
  },
};
