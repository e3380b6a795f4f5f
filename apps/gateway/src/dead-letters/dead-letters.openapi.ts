import { deadLetter, deadLetterFilter, dismissalBody, page } from '@doorbuster/contracts';
import { z } from 'zod';
import type { ZodOpenApiPathsObject } from 'zod-openapi';
import { bearer, body } from '../docs/requests.js';
import { BODY, CLOSED, json, problems } from '../docs/responses.js';

const tags = ['Operations'];
const path = z.object({ id: deadLetter.shape.id });
const dismissed = {
  state: 'DISMISSED',
  dismissedAt: '2026-11-27T12:30:00.000Z',
  dismissReason: 'Its sender is fixed, and its order is settled.',
};

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
      requestParams: { path },
      responses: {
        '200': json(
          deadLetter,
          'It was handled',
          {},
          { state: 'REPLAYED', replayedAt: '2026-11-27T12:30:00.000Z' },
        ),
        ...problems('DEAD_LETTER_NOT_FOUND', 'REPLAY_FAILED', ...BODY, ...CLOSED),
      },
    },
  },
  '/v1/dead-letters/{id}/dismiss': {
    post: {
      tags,
      summary: 'Decide that the event is not to be handled',
      description:
        'It is no longer open, so it no longer counts for the alert. Repeating it changes nothing: the first reason stays. A replay takes it back if the event can be handled after all.',
      security: bearer,
      requestParams: { path },
      requestBody: body(dismissalBody),
      responses: {
        '200': json(deadLetter, 'It is dismissed', {}, dismissed),
        ...problems('DEAD_LETTER_NOT_FOUND', 'DEAD_LETTER_REPLAYED', ...BODY, ...CLOSED),
      },
    },
  },
};
