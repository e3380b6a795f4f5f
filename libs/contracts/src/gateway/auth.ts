import { z } from 'zod';
import { role } from '../actor.js';
import { customerId } from '../values.js';

export const tokenBody = z
  .strictObject({ customerId, role: role.default('customer') })
  .meta({ id: 'TokenRequest' });
export type TokenBody = z.infer<typeof tokenBody>;

export const accessToken = z
  .object({
    accessToken: z.string(),
    tokenType: z.literal('Bearer'),
    expiresIn: z.int().meta({ description: 'Seconds' }),
  })
  .meta({ id: 'AccessToken' });
export type AccessToken = z.infer<typeof accessToken>;
