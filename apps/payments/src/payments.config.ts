import { configOf, optional } from '@doorbuster/service';
import { z } from 'zod';

const SIMULATED = 'simulated';

export const paymentsConfig = z
  .object({
    /** The simulated provider takes no money, so production must set it explicitly. */
    PAYMENT_PROVIDER: optional(
      z.literal(SIMULATED, `must be '${SIMULATED}', the only provider so far: it takes no money`),
    ),
    NODE_ENV: optional(z.string()),
    /** A file to which the simulated provider writes each charge. */
    SIMULATED_PROVIDER_STATEMENT: optional(z.string()),
  })
  .refine((env) => env.NODE_ENV !== 'production' || env.PAYMENT_PROVIDER !== undefined, {
    path: ['PAYMENT_PROVIDER'],
    error: `must be set in production; '${SIMULATED}' sells without taking any money`,
  });

export class PaymentsConfig extends configOf(paymentsConfig) {}
