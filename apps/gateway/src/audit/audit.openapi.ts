import { auditEntry, auditFilter, page } from '@doorbuster/contracts';
import type { ZodOpenApiPathsObject } from 'zod-openapi';
import { bearer } from '../docs/requests.js';
import { CLOSED, json, problems } from '../docs/responses.js';

export const auditPaths: ZodOpenApiPathsObject = {
  '/v1/audit': {
    get: {
      tags: ['Operations'],
      summary: 'List actions of admins, done and refused, newest first',
      security: bearer,
      requestParams: { query: auditFilter },
      responses: {
        '200': json(page(auditEntry).meta({ id: 'AuditPage' }), 'One page'),
        ...problems('VALIDATION_FAILED', ...CLOSED),
      },
    },
  },
};
