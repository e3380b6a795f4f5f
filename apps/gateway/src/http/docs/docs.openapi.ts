import type { ZodOpenApiPathsObject } from 'zod-openapi';
import { other } from './responses.js';

const tags = ['Documentation'];

export const docsPaths: ZodOpenApiPathsObject = {
  '/openapi.json': {
    get: { tags, summary: 'This document', responses: { '200': other('application/json', 'OpenAPI 3.1') } },
  },
  '/docs': {
    get: { tags, summary: 'A page to read and try it', responses: { '200': other('text/html', 'The page') } },
  },
};
