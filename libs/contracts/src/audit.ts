import { z } from 'zod';
import { customerId, instant, page, pageRequest, text, traceId } from './values.js';
import { role } from './actor.js';
import { SERVICES, type ServiceName } from './message.js';
import { rpc } from './rpc.js';

/** One action of an admin, done or refused. */
export const auditEntry = z
  .object({
    id: z.uuid().meta({ examples: ['01a21ce2-9b44-7a1c-b3d8-6e0f5c27a913'] }),
    service: z.enum(SERVICES).meta({ description: 'The service that decided', examples: ['inventory'] }),
    at: instant,
    actor: z.object({ customerId, role }).meta({ examples: [{ customerId: 'root', role: 'admin' }] }),
    action: z.string().meta({ examples: ['adjust-stock'] }),
    target: z.string().meta({ description: 'SKU or id of what was changed', examples: ['TSHIRT-BLACK-M'] }),
    outcome: z.enum(['DONE', 'REFUSED']).meta({ examples: ['DONE'] }),
    code: z
      .string()
      .nullable()
      .meta({ description: 'The error code of a refusal', examples: [null] }),
    request: z.unknown().meta({ description: 'The request', examples: [{ delta: 100, reason: 'delivery' }] }),
    before: z.unknown().meta({ examples: [{ available: 400 }] }),
    after: z.unknown().meta({ examples: [{ available: 500 }] }),
    address: z
      .string()
      .nullable()
      .meta({
        description: 'The address of the client, as far as TRUST_PROXY tells it',
        examples: ['203.0.113.7'],
      }),
    userAgent: z
      .string()
      .nullable()
      .meta({ examples: ['curl/8.14.1'] }),
    traceId: traceId.nullable(),
  })
  .meta({ id: 'AuditEntry' });
export type AuditEntry = z.infer<typeof auditEntry>;

/** The cursor is the id of the last entry of the previous page. */
export const auditFilter = z.strictObject({
  ...pageRequest,
  cursor: z.uuid().optional(),
  service: z.enum(SERVICES).optional(),
  actor: customerId.optional().meta({ description: 'Only what this admin did' }),
  target: text.min(1).max(128).optional().meta({ description: 'Only what was done to this SKU or id' }),
});
export type AuditFilter = z.infer<typeof auditFilter>;

/** Each service has the entries of its own decisions. */
export const listAuditOf = (service: ServiceName) =>
  rpc(service, 'list-audit', auditFilter.omit({ service: true }).strip(), page(auditEntry));
