import { z } from 'zod';
import { customerId } from './values.js';

export const ROLES = ['customer', 'admin'] as const;
export const role = z.enum(ROLES);
export type Role = z.infer<typeof role>;

/** Who asks. A customer sees and changes only their own orders, an admin all of them. */
export const actor = z.object({ customerId, role });
export type Actor = z.infer<typeof actor>;
