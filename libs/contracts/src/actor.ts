import { z } from 'zod';
import { customerId, databaseTime } from './values.js';

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

/** Fields of every request that changes state: the actor and the deadline. */
export const changeTerms = {
  actor,
  /** Committed by this instant of the owner's database, or not at all. */
  commitBy: databaseTime,
};

const VERSIONS_MAX = 32;
/** Versions from `If-Match`. The change is made only when the current version is one of these. */
export const ifVersions = z.array(z.int().min(1)).max(VERSIONS_MAX).optional();
