import { z } from 'zod';
import { role } from '../actor.js';
import { customerId } from '../values.js';

export const tokenBody = z
  .strictObject({ customerId, role: role.default('customer') })
  .meta({ id: 'TokenRequest' });
export type TokenBody = z.infer<typeof tokenBody>;

export const accessToken = z
  .object({
    accessToken: z
      .string()
      .meta({ examples: ['eyJhbGciOiJIUzI1NiJ9.eyJyb2xlIjoiY3VzdG9tZXIifQ.c2lnbmF0dXJl'] }),
    tokenType: z.literal('Bearer'),
    expiresIn: z.int().meta({ description: 'Seconds', examples: [3_600] }),
  })
  .meta({ id: 'AccessToken' });
export type AccessToken = z.infer<typeof accessToken>;
