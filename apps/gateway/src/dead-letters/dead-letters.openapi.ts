import { deadLetter, deadLetterFilter, page } from '@doorbuster/contracts';
import { z } from 'zod';
import type { ZodOpenApiPathsObject } from 'zod-openapi';
import { bearer } from '../docs/requests.js';
import { BODY, CLOSED, json, problems } from '../docs/responses.js';

const tags = ['Operations'];

export const deadLettersPaths: ZodOpenApiPathsObject = {
  '/v1/dead-letters': {
    get: {
      tags,
      summary: 'List events that a service gave up on, newest first',
      security: bearer,
      requestParams: { query: deadLetterFilter },
      responses: {
        '200': json(page(deadLetter).meta({ id: 'DeadLetterPage' }), 'One page'),
        ...problems('VALIDATION_FAILED', ...CLOSED),
      },
    },
  },
  '/v1/dead-letters/{id}/replay': {
    post: {
      tags,
      summary: 'Handle the event once more',
      security: bearer,
      requestParams: { path: z.object({ id: deadLetter.shape.id }) },
      responses: {
        '200': json(deadLetter, 'It was handled', {}, { replayedAt: '2026-11-27T12:30:00.000Z' }),
        ...problems('DEAD_LETTER_NOT_FOUND', 'REPLAY_FAILED', ...BODY, ...CLOSED),
      },
    },
  },
};
