import { account, accountChange, accountFilter, accountId, page } from '@doorbuster/contracts';
import { z } from 'zod';
import type { ZodOpenApiPathsObject } from 'zod-openapi';
import { bearer, body } from '../docs/requests.js';
import { BODY, CLOSED, empty, json, problems } from '../docs/responses.js';

const path = z.object({ id: accountId });
const tags = ['Accounts'];

export const accountsPaths: ZodOpenApiPathsObject = {
  '/v1/accounts': {
    get: {
      tags,
      summary: 'Find an account by its address',
      security: bearer,
      requestParams: { query: accountFilter },
      responses: {
        '200': json(page(account).meta({ id: 'AccountPage' }), 'The account, or none'),
        ...problems('VALIDATION_FAILED', ...CLOSED),
      },
    },
  },
  '/v1/accounts/{id}': {
    patch: {
      tags,
      summary: 'Give an account another role',
      description: 'It counts from the next access token on, at the latest ten minutes later.',
      security: bearer,
      requestParams: { path },
      requestBody: body(accountChange, { role: 'operator' }),
      responses: {
        '200': json(account, 'The account after it', {}, { role: 'operator' }),
        ...problems('ACCOUNT_NOT_FOUND', ...BODY, ...CLOSED),
      },
    },
    delete: {
      tags,
      summary: 'Delete an account with its personal data',
      description:
        'Its sessions and refresh tokens end at once, its access tokens at the latest ten minutes later.',
      security: bearer,
      requestParams: { path },
      responses: { '204': empty('The account is gone'), ...problems('ACCOUNT_NOT_FOUND', ...CLOSED) },
    },
  },
};
