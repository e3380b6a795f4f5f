import type { Actor, AuditFilter, Reply } from '@doorbuster/contracts';
import type { OutgoingEvent } from '@doorbuster/messaging';
import type { DataSource, EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';

export interface AuditRow {
  id: string;
  at: Date;
  actor: { customerId: string; role: string };
  action: string;
  target: string;
  outcome: 'DONE' | 'REFUSED';
  code: string | null;
  request: unknown;
  before: unknown;
  after: unknown;
  address: string | null;
  userAgent: string | null;
  traceId: string | null;
}

/** An admin's request: who asks for which action on which target. */
export interface AdminAction {
  actor: Actor;
  /** As the RPC is called: `change-product`. */
  action: string;
  /** SKU or id. Absent for a new item: the decision then gives its id. */
  target: string;
  /** What was asked for. */
  request?: object | undefined;
}

/** What a decision adds to the entry. */
export interface AuditDetails {
  target?: string;
  /** The state before; absent for a new item. */
  before?: unknown;
  /** A repeated answer to an earlier request with the same key. It is in the log already. */
  isRepeated?: boolean;
}

export interface Decided<R> {
  result: Reply<R>;
  events: OutgoingEvent[];
  audit?: AuditDetails;
}

/**
 * Work for a transaction that writes what an admin did, or was refused, in that same transaction. What customers do to
 * their own orders is no admin action.
 */
export const audited =
  <R>(action: AdminAction, work: (tx: EntityManager) => Promise<Decided<R>>) =>
  async (tx: EntityManager): Promise<Decided<R>> => {
    const decided = await work(tx);
    await writeAuditEntry(tx, action, decided.result, decided.audit);
    return decided;
  };

/** For what is decided before there is a transaction. */
export async function writeAuditEntry(
  db: EntityManager,
  { actor, action, target, request }: AdminAction,
  reply: Reply<unknown>,
  details: AuditDetails = {},
): Promise<void> {
  if (actor.role !== 'admin' || (details.isRepeated === true && reply.ok)) return;
  const { address, userAgent, traceId } = actor.origin ?? {};
  await db.query(
    `insert into audit_log (id, actor_id, actor_role, action, target, outcome, code, request, "before", "after",
       address, user_agent, trace_id)
     values ($1, $2, $3, $4, $5, $6, $7, $8::jsonb, $9::jsonb, $10::jsonb, $11, $12, $13)`,
    [
      uuidv7(),
      actor.customerId,
      actor.role,
      action,
      details.target ?? target,
      reply.ok ? 'DONE' : 'REFUSED',
      reply.ok ? null : reply.error.code,
      request === undefined ? null : JSON.stringify(request),
      details.before === undefined ? null : JSON.stringify(details.before),
      reply.ok ? JSON.stringify(reply.value) : null,
      address ?? null,
      userAgent ?? null,
      traceId ?? null,
    ],
  );
}

const SELECT = `select id, at, json_build_object('customerId', actor_id, 'role', actor_role) as actor, action, target,
  outcome, code, request, "before", "after", address, user_agent as "userAgent", trace_id as "traceId" from audit_log`;

/** Newest first; the cursor is the id of the last one seen. */
export const listAuditEntries = (
  { manager }: DataSource,
  { actor, target, cursor }: Pick<AuditFilter, 'actor' | 'target' | 'cursor'>,
  limit: number,
): Promise<AuditRow[]> =>
  manager.query(
    `${SELECT} where ($2::text is null or actor_id = $2) and ($3::text is null or target = $3)
       and ($4::uuid is null or id < $4) order by id desc limit $1`,
    [limit, actor ?? null, target ?? null, cursor ?? null],
  );
