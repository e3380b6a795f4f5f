import { liveness, readiness } from '@doorbuster/contracts';
import type { ZodOpenApiPathsObject } from 'zod-openapi';
import { json, problems } from '../docs/responses.js';

const tags = ['Health'];

export const healthPaths: ZodOpenApiPathsObject = {
  '/healthz': {
    get: { tags, summary: 'Check that the process is alive', responses: { '200': json(liveness, 'It is') } },
  },
  '/readyz': {
    get: {
      tags,
      summary: 'Check that every dependency is up',
      responses: { '200': json(readiness, 'All are up'), ...problems('SERVICE_UNAVAILABLE') },
    },
  },
};
