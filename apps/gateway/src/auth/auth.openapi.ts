import { accessToken, tokenBody } from '@doorbuster/contracts';
import type { ZodOpenApiPathsObject } from 'zod-openapi';
import { body } from '../docs/requests.js';
import { BODY, json, problems } from '../docs/responses.js';

export const authPaths: ZodOpenApiPathsObject = {
  '/v1/auth/token': {
    post: {
      tags: ['Authentication'],
      summary: 'Get a token, for development only',
      description:
        'A `customer` places orders; an `admin` manages products, stock, sales and stuck orders. On this page the token of the answer is used by the calls after it, without **Authorize**.',
      requestBody: body(tokenBody, { role: 'customer' }),
      responses: { '200': json(accessToken, 'A signed JWT'), ...problems(...BODY, 'INTERNAL_ERROR') },
    },
  },
};
