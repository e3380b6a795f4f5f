import { z } from 'zod';
import { ERROR_CODES } from '../errors.js';
import { orderId, priceChange, sku, traceId } from '../values.js';
import { dependencies } from './health.js';

/** An invalid field, such as `items.0.quantity`. An empty path is the whole body. */
export const fieldError = z.object({ path: z.string(), message: z.string() });
export type FieldError = z.infer<typeof fieldError>;

/** RFC 9457, `application/problem+json`. */
export const problem = z
  .object({
    type: z.string().meta({ examples: ['urn:doorbuster:problem:out-of-stock'] }),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    instance: z.string(),
    code: z.enum(ERROR_CODES),
    traceId: traceId.regex(/^[0-9a-f]{32}$/),
    errors: z
      .array(fieldError)
      .optional()
      .meta({ description: 'All invalid fields, when validation failed' }),
    orderId: orderId.optional().meta({ description: 'The order that was accepted and then rejected' }),
    changes: z
      .array(priceChange)
      .optional()
      .meta({ description: 'For PRICE_CHANGED: the accepted price and the one now' }),
    skus: z.array(sku).optional().meta({
      description: 'For OUT_OF_STOCK of a cart: the products of which less is left than was asked for',
    }),
    dependencies: dependencies.optional().meta({ description: 'Only for readiness' }),
  })
  .meta({ id: 'Problem', description: 'RFC 9457' });
export type Problem = z.infer<typeof problem>;
