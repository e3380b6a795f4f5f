import { z } from 'zod';
import { customerId } from './values.js';

export const ROLES = ['customer', 'admin'] as const;
export const role = z.enum(ROLES);
export type Role = z.infer<typeof role>;

/** Where a request came from, as far as the gateway knows it. */
const origin = z.object({
  address: z.string().max(64).optional(),
  userAgent: z.string().max(256).optional(),
  traceId: z.string().max(32).optional(),
});

/** Who asks. A customer sees and changes only their own orders, an admin all of them. Of an admin it says where from. */
export const actor = z.object({ customerId, role, origin: origin.optional() });
export type Actor = z.infer<typeof actor>;
