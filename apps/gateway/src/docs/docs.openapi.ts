import type { ZodOpenApiPathsObject } from 'zod-openapi';
import { empty, other, problems } from './responses.js';

const tags = ['Documentation'];

export const docsPaths: ZodOpenApiPathsObject = {
  '/openapi.json': {
    get: {
      tags,
      summary: 'Read this document as JSON',
      responses: {
        '200': other('application/json', 'OpenAPI 3.1'),
        '304': empty('Not changed'),
        ...problems('RATE_LIMITED'),
      },
    },
  },
  '/docs': {
    get: {
      tags,
      summary: 'Read and try the API on a page',
      responses: { '200': other('text/html', 'The page'), ...problems('RATE_LIMITED') },
    },
  },
};
