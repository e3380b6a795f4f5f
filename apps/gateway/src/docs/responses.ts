import { problem, traceparent, type ErrorCode } from '@doorbuster/contracts';
import { z } from 'zod';
import type { ZodOpenApiResponseObject, ZodOpenApiResponsesObject } from 'zod-openapi';
import { PROBLEM_TYPES } from '../problem/problem-types.js';

type Headers = Record<string, z.ZodType>;

const always: Headers = {
  traceparent: traceparent.meta({ description: 'W3C trace context of this request' }),
};
export const location: Headers = { Location: z.string().meta({ description: 'Path of what was made' }) };
export const preferenceApplied: Headers = {
  'Preference-Applied': z
    .string()
    .optional()
    .meta({ description: 'The wait that was honoured', examples: ['wait=10'] }),
};

/** A JSON response of this schema. */
export const json = (
  schema: z.ZodType,
  description: string,
  headers: Headers = {},
): ZodOpenApiResponseObject => ({
  description,
  headers: z.object({ ...always, ...headers }),
  content: { 'application/json': { schema } },
});

/** A response that is not JSON. */
export const other = (mediaType: string, description: string): ZodOpenApiResponseObject => ({
  description,
  headers: z.object(always),
  content: { [mediaType]: { schema: { type: 'string' } } },
});

/** A response without a body. */
export const empty = (description: string, headers: Headers = {}): ZodOpenApiResponseObject => ({
  description,
  headers: z.object({ ...always, ...headers }),
});

/** Problem responses of these codes, one for each HTTP status. */
export function problems(...codes: ErrorCode[]): ZodOpenApiResponsesObject {
  const byStatus = Map.groupBy(codes, (code) => PROBLEM_TYPES[code].status);
  return Object.fromEntries(
    [...byStatus].map(([status, sameStatus]) => [
      String(status),
      {
        description: sameStatus.map((code) => `\`${code}\`: ${PROBLEM_TYPES[code].title}`).join('; '),
        headers: z.object(always),
        content: { 'application/problem+json': { schema: problem } },
      },
    ]),
  );
}

/** Codes of every route that calls a service. */
export const UNAVAILABLE = [
  'SERVICE_UNAVAILABLE',
  'SERVICE_TIMEOUT',
  'INTERNAL_ERROR',
  'RATE_LIMITED',
] as const;
/** Codes of every route that needs a token. */
export const CLOSED = ['UNAUTHENTICATED', 'FORBIDDEN', ...UNAVAILABLE] as const;
/** Codes of every route with a body. */
export const BODY = [
  'VALIDATION_FAILED',
  'MALFORMED_JSON',
  'UNSUPPORTED_MEDIA_TYPE',
  'PAYLOAD_TOO_LARGE',
] as const;
