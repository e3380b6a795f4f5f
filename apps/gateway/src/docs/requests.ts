import { idempotencyKey } from '@doorbuster/contracts';
import { z } from 'zod';
import type { ZodOpenApiRequestBodyObject } from 'zod-openapi';

export const body = (schema: z.ZodType, example?: unknown): ZodOpenApiRequestBodyObject => ({
  required: true,
  content: { 'application/json': { schema, ...(example !== undefined && { example }) } },
});

export const idempotent = {
  'Idempotency-Key': idempotencyKey.meta({
    description:
      'New for each new request; the same again to repeat one, which then answers as the first did',
  }),
};

export const prefer = {
  Prefer: z
    .string()
    .optional()
    .meta({
      description: '`wait=N`: wait up to N seconds (at most 30) for the outcome, RFC 7240',
      examples: ['wait=10'],
    }),
};

export const bearer = [{ bearer: [] }];

export const ifMatch = z.object({
  'If-Match': z.string().optional().meta({
    description:
      'The `ETag` of a GET or of a change. If the resource has changed since, it is not overwritten (412). Changes of stock do not count',
  }),
});
