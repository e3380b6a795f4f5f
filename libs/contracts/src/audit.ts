import { z } from 'zod';
import { customerId, instant, page, pageRequest } from './values.js';
import { role } from './actor.js';
import { SERVICES, type ServiceName } from './message.js';
import { rpc } from './rpc.js';

/** One action of an admin, done or refused. */
export const auditEntry = z
  .object({
    id: z.uuid(),
    service: z.enum(SERVICES).meta({ description: 'The service that decided' }),
    at: instant,
    actor: z.object({ customerId, role }),
    action: z.string().meta({ examples: ['change-product'] }),
    target: z.string().meta({ description: 'SKU or id of what was changed' }),
    outcome: z.enum(['DONE', 'REFUSED']),
    code: z.string().nullable().meta({ description: 'The error code of a refusal' }),
    request: z.unknown().meta({ description: 'The request' }),
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

/** The cursor is the id of the last entry of the previous page. */
export const auditFilter = z.strictObject({
  ...pageRequest,
  cursor: z.uuid().optional(),
  service: z.enum(SERVICES).optional(),
  actor: customerId.optional().meta({ description: 'Only what this admin did' }),
  target: z.string().min(1).max(128).optional().meta({ description: 'Only what was done to this SKU or id' }),
});
export type AuditFilter = z.infer<typeof auditFilter>;

/** Each service has the entries of its own decisions. */
export const listAuditOf = (service: ServiceName) =>
  rpc(service, 'list-audit', auditFilter.omit({ service: true }).strip(), page(auditEntry));
