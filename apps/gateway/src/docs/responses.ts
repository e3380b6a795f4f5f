import { problem, traceparent, type ErrorCode } from '@doorbuster/contracts';
import { z } from 'zod';
import type { ZodOpenApiResponseObject, ZodOpenApiResponsesObject } from 'zod-openapi';
import { PROBLEM_TYPES } from '../problem/problem-types.js';
import { exampleOfProblem } from './examples.js';

type Headers = Record<string, z.ZodType>;

const always: Headers = {
  traceparent: traceparent.meta({ description: 'W3C trace context of this request' }),
};
export const location: Headers = {
  Location: z.string().meta({
    description: 'Path of what was made',
    examples: ['/v1/orders/01a21ce0-6e00-7c4a-9b1f-3d5e7a902c68'],
  }),
};
export const preferenceApplied: Headers = {
  'Preference-Applied': z
    .string()
    .optional()
    .meta({ description: 'The wait that was honoured', examples: ['wait=10'] }),
};

/** A JSON response of this schema. `example` has the fields in which it differs from the examples of the contracts. */
export const json = (
  schema: z.ZodType,
  description: string,
  headers: Headers = {},
  example?: object,
): ZodOpenApiResponseObject => ({
  description,
  headers: z.object({ ...always, ...headers }),
  content: { 'application/json': { schema, ...(example && { example }) } },
});

/** A response that is not JSON. */
export const other = (
  mediaType: string,
  description: string,
  example?: string,
): ZodOpenApiResponseObject => ({
  description,
  headers: z.object(always),
  content: { [mediaType]: { schema: { type: 'string' }, ...(example && { example }) } },
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
        description: describe(sameStatus),
        headers: z.object(always),
        content: {
          'application/problem+json': {
            schema: problem,
            examples: Object.fromEntries(
              sameStatus.map((code) => [code, { summary: code, value: exampleOfProblem(code) }]),
            ),
          },
        },
      },
    ]),
  );
}

/** What each code means and what the client does, as a list in Markdown. */
export const describe = (codes: readonly ErrorCode[]): string =>
  codes
    .map((code) => `- \`${code}\`: ${PROBLEM_TYPES[code].title}. ${PROBLEM_TYPES[code].advice}`)
    .join('\n');

/** Codes of every route that calls a service. */
export const UNAVAILABLE = [
  'SERVICE_UNAVAILABLE',
  'SERVICE_TIMEOUT',
  'INTERNAL_ERROR',
  'RATE_LIMITED',
] as const;
/** Codes of a request that no route gets. */
export const BEFORE_ROUTES = [
  'BAD_REQUEST',
  'NOT_FOUND',
  'METHOD_NOT_ALLOWED',
  'TOO_MANY_CONNECTIONS',
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
