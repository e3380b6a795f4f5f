import { page, saga, sagaFilter, sagaId } from '@doorbuster/contracts';
import { z } from 'zod';
import type { ZodOpenApiPathsObject } from 'zod-openapi';
import { bearer } from '../docs/requests.js';
import { BODY, CLOSED, json, problems } from '../docs/responses.js';

const tags = ['Operations'];

export const sagasPaths: ZodOpenApiPathsObject = {
  '/v1/sagas': {
    get: {
      tags,
      summary: 'Find sagas; state=STALLED finds the stuck ones',
      security: bearer,
      requestParams: { query: sagaFilter },
      responses: {
        '200': json(page(saga).meta({ id: 'SagaPage' }), 'One page'),
        ...problems('VALIDATION_FAILED', ...CLOSED),
      },
    },
  },
  '/v1/sagas/{id}/retry': {
    post: {
      tags,
      summary: 'Retry a stalled saga',
      security: bearer,
      requestParams: { path: z.object({ id: sagaId }) },
      responses: {
        '202': json(saga, 'Its stuck steps are being sent again', {}, { state: 'RUNNING' }),
        ...problems('SAGA_NOT_FOUND', 'SAGA_NOT_STALLED', ...BODY, ...CLOSED),
      },
    },
  },
};
