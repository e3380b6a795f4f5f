import { createDocument } from 'zod-openapi';
import { authPaths } from '../auth/auth.openapi.js';
import { stuckItemsPaths } from '../stuck-items/stuck-items.openapi.js';
import { auditPaths } from '../audit/audit.openapi.js';
import { deadLettersPaths } from '../dead-letters/dead-letters.openapi.js';
import { healthPaths } from '../health/health.openapi.js';
import { inventoryPaths } from '../inventory/inventory.openapi.js';
import { ordersPaths } from '../orders/orders.openapi.js';
import { productsPaths } from '../products/products.openapi.js';
import { sagasPaths } from '../sagas/sagas.openapi.js';
import { salesPaths } from '../sales/sales.openapi.js';
import { docsPaths } from './docs.openapi.js';

/** OpenAPI 3.1, from the schemas that validate the requests. */
export function openApi({ issuesTokens }: { issuesTokens: boolean }): ReturnType<typeof createDocument> {
  return createDocument({
    openapi: '3.1.1',
    info: {
      title: 'Doorbuster',
      version: '1.0.0',
      description:
        'Errors are RFC 9457 problem documents with a stable `code` and a `traceId`. Money is in minor units. Unknown fields are refused.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    components: { securitySchemes: { bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } } },
    paths: {
      ...(issuesTokens && authPaths),
      ...productsPaths,
      ...salesPaths,
      ...ordersPaths,
      ...inventoryPaths,
      ...sagasPaths,
      ...deadLettersPaths,
      ...stuckItemsPaths,
      ...auditPaths,
      ...healthPaths,
      ...docsPaths,
    },
  });
}
