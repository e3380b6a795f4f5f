import { idempotencyKey } from '@doorbuster/contracts';
import { z } from 'zod';
import type { ZodOpenApiRequestBodyObject } from 'zod-openapi';

/** `example` has the fields in which it differs from the examples of the contracts. */
export const body = (schema: z.ZodType, example?: object): ZodOpenApiRequestBodyObject => ({
  required: true,
  content: { 'application/json': { schema, ...(example && { example }) } },
});

/** A body with several examples to choose from, by name. The key of each is its summary. */
export const bodyOf = (
  schema: z.ZodType,
  examples: Record<string, { summary: string; value: object }>,
): ZodOpenApiRequestBodyObject => ({
  required: true,
  content: { 'application/json': { schema, examples } },
});

export const idempotent = {
  'Idempotency-Key': idempotencyKey.meta({
    description:
      'New for each new request; the same again to repeat one, which then answers as the first did. A UUID serves. This page sends a new one with each Execute instead of the example.',
  }),
};

export const prefer = {
  Prefer: z
    .string()
    .optional()
    .meta({
      description: '`wait=N`: wait up to N seconds (at most 30) for the outcome, RFC 7240',
      param: { example: 'wait=10' },
    }),
};

export const bearer = [{ bearer: [] }];

export const ifMatch = z.object({
  'If-Match': z.string().optional().meta({
    description:
      'The `ETag` of a GET or of a change. If the resource has changed since, it is not overwritten (412). Changes of stock do not count',
  }),
});
