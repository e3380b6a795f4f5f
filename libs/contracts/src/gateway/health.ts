import { z } from 'zod';

export const liveness = z.object({ status: z.literal('ok') }).meta({ id: 'Liveness' });

export const dependencies = z
  .record(z.string(), z.enum(['up', 'down']))
  .meta({ examples: [{ nats: 'up', orders: 'up', 'orders.postgres': 'up' }] });
export type Dependencies = z.infer<typeof dependencies>;

export const readiness = z.object({ status: z.literal('ready'), dependencies }).meta({ id: 'Readiness' });
export type Readiness = z.infer<typeof readiness>;
