import { z } from 'zod';
import { customerId, databaseTime } from './values.js';

export const ROLES = ['customer', 'operator', 'admin'] as const;
export const role = z.enum(ROLES);
export type Role = z.infer<typeof role>;

/** The client of a request, as the gateway sees it. */
const origin = z.object({
  address: z.string().max(64).optional(),
  userAgent: z.string().max(256).optional(),
  traceId: z.string().max(32).optional(),
});

/**
 * The person behind a request. A customer sees and changes only their own orders, an admin all. An operator finds what is stuck
 * and retries it, and changes nothing else. `origin` is set for operators and admins.
 */
export const actor = z.object({ customerId, role, origin: origin.optional() });
export type Actor = z.infer<typeof actor>;

/** Fields of every `change` request of one actor. */
export const changeTerms = {
  actor,
  /** The change commits by this time of the owner's database clock, or not at all. */
  commitBy: databaseTime,
};

const VERSIONS_MAX = 32;
/** Versions from `If-Match`. The owner refuses the change if the current version is none of them. */
export const ifVersions = z.array(z.int().min(1)).max(VERSIONS_MAX).optional();
