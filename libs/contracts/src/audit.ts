import { z } from 'zod';
import { customerId, instant, page, pageRequest } from './values.js';
import { role } from './actor.js';
import { SERVICES, type ServiceName } from './message.js';
import { rpc } from './rpc.js';

/** One thing that an admin did, or was refused. */
export const auditEntry = z
  .object({
    id: z.uuid(),
    service: z.enum(SERVICES).meta({ description: 'The service that decided it' }),
    at: instant,
    actor: z.object({ customerId, role }),
    action: z.string().meta({ examples: ['change-product'] }),
    target: z.string().meta({ description: 'SKU or id of what was changed' }),
    outcome: z.enum(['DONE', 'REFUSED']),
    code: z.string().nullable().meta({ description: 'The code that it was refused with' }),
    request: z.unknown().meta({ description: 'What was asked for' }),
    before: z.unknown(),
    after: z.unknown(),
    address: z
      .string()
      .nullable()
      .meta({ description: 'The address of the client, as far as TRUST_PROXY tells it' }),
    userAgent: z.string().nullable(),
    traceId: z.string().nullable(),
  })
  .meta({ id: 'AuditEntry' });
export type AuditEntry = z.infer<typeof auditEntry>;

/** A page goes on after the id of the last entry seen. */
export const auditFilter = z.strictObject({
  ...pageRequest,
  cursor: z.uuid().optional(),
  service: z.enum(SERVICES).optional(),
  actor: customerId.optional().meta({ description: 'Only what this admin did' }),
  target: z.string().min(1).max(128).optional().meta({ description: 'Only what was done to this SKU or id' }),
});
export type AuditFilter = z.infer<typeof auditFilter>;

/** Entries lie in the schema of the service that decided. */
export const listAuditOf = (service: ServiceName) =>
  rpc(service, 'list-audit', auditFilter.omit({ service: true }).strip(), page(auditEntry));
