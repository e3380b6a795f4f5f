import { readFileSync } from 'node:fs';
import { createDocument, type CreateDocumentOptions, type ZodOpenApiObject } from 'zod-openapi';
import { accountsPaths } from '../accounts/accounts.openapi.js';
import { authPaths } from '../auth/auth.openapi.js';
import { stuckItemsPaths } from '../stuck-items/stuck-items.openapi.js';
import { auditPaths } from '../audit/audit.openapi.js';
import { cartPaths } from '../cart/cart.openapi.js';
import { deadLettersPaths } from '../dead-letters/dead-letters.openapi.js';
import { healthPaths } from '../health/health.openapi.js';
import { imagesPaths } from '../images/images.openapi.js';
import { inventoryPaths } from '../inventory/inventory.openapi.js';
import { ordersPaths } from '../orders/orders.openapi.js';
import { productsPaths } from '../products/products.openapi.js';
import { sagasPaths } from '../sagas/sagas.openapi.js';
import { salesPaths } from '../sales/sales.openapi.js';
import { startPagePaths } from '../start-page/start-page.openapi.js';
import { docsPaths } from './docs.openapi.js';
import { addExamples, type Documented } from './examples.js';
import { BEFORE_ROUTES, describe } from './responses.js';

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

const FIRST_ORDER =
  'A first order: Execute `POST /v1/auth/token`, then `POST /v1/orders`. The examples are of the demo catalogue.';
const TOKEN_FROM_HERE =
  "Execute `POST /v1/auth/token` on this page: the calls after it use the token of the answer. For a terminal, the README has the `curl` that gets one. Tokens last an hour. The role `admin` in the body gives an admin's token.";
const TOKEN_FROM_ISSUER = 'A token of the issuer that this gateway trusts (`AUTH_JWKS_URL`).';
const CONVENTIONS =
  'Money is in minor units: 1999 USD is $19.99. Times are RFC 3339 in UTC. A list has `items` and `nextCursor`; send that as `cursor` to get the next page. Unknown fields are refused. Errors are RFC 9457 problem documents with a stable `code` and a `traceId`; each call lists its own, and any request may get these:';

/** The bounds that Zod gives every integer say nothing to a reader. */
const dropSafeBounds: CreateDocumentOptions['override'] = ({ jsonSchema }) => {
  if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
  if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
};

/** OpenAPI 3.1, from the schemas that validate the requests. */
export function openApi({ issuesTokens }: { issuesTokens: boolean }): ReturnType<typeof createDocument> {
  const api: ZodOpenApiObject = {
    openapi: '3.1.1',
    info: {
      title: 'Doorbuster',
      version,
      description: [...(issuesTokens ? [FIRST_ORDER] : []), CONVENTIONS, describe(BEFORE_ROUTES)].join(
        '\n\n',
      ),
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    components: {
      securitySchemes: {
        bearer: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'JWT',
          description: issuesTokens ? TOKEN_FROM_HERE : TOKEN_FROM_ISSUER,
        },
      },
    },
    paths: {
      ...(issuesTokens && authPaths),
      ...productsPaths,
      ...imagesPaths,
      ...salesPaths,
      ...cartPaths,
      ...ordersPaths,
      ...inventoryPaths,
      ...sagasPaths,
      ...deadLettersPaths,
      ...stuckItemsPaths,
      ...auditPaths,
      ...accountsPaths,
      ...healthPaths,
      ...docsPaths,
      ...startPagePaths,
    },
  };
  const document = createDocument(api, { override: dropSafeBounds });
  addExamples(document as unknown as Documented);
  return document;
}
