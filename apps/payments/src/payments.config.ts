import { configOf } from '@doorbuster/service';
import { z } from 'zod';

const SIMULATED = 'simulated';

export const paymentsConfig = z
  .object({
    /** The simulated provider takes no money, so production must set it explicitly. */
    PAYMENT_PROVIDER: z
      .literal(SIMULATED, `must be '${SIMULATED}', the only provider so far: it takes no money`)
      .optional(),
    NODE_ENV: z.string().optional(),
    /** A file to which the simulated provider writes each charge. */
    SIMULATED_PROVIDER_STATEMENT: z.string().optional(),
  })
  .refine((env) => env.NODE_ENV !== 'production' || env.PAYMENT_PROVIDER !== undefined, {
    path: ['PAYMENT_PROVIDER'],
    error: `must be set in production; '${SIMULATED}' sells without taking any money`,
  });

export class PaymentsConfig extends configOf(paymentsConfig) {}
