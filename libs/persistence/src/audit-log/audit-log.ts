import type { Actor, AuditFilter, Page, Reply } from '@doorbuster/contracts';
import type { OutgoingEvent } from '@doorbuster/messaging';
import type { DataSource, EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { newestPage, type PageRequest } from '../page.js';
import { AuditEntryEntity } from './audit-entry.entity.js';

export type AuditRow = Pick<AuditEntryEntity, keyof AuditEntryEntity>;

/** The request of an operator or admin: actor, action and target. */
export interface AdminAction {
  actor: Actor;
  /** The name of the RPC, such as `change-product`. */
  action: string;
  /** SKU or id. For a new item the decision gives it, see {@link AuditDetails}. */
  target: string;
  request?: object | undefined;
}

/** What a decision adds to the entry. */
export interface AuditDetails {
  target?: string;
  /** The state before. Absent for a new item. */
  before?: unknown;
  /** The state after, where the reply has more than the log may keep. By default the reply. */
  after?: unknown;
  /** The same answer as to an earlier request with this key. The log has that one already. */
  isRepeated?: boolean;
  /** A customer deletes their own account. It is the one action of a customer that has an entry. */
  isOwnAccount?: boolean;
}

export interface Decided<R> {
  result: Reply<R>;
  events: OutgoingEvent[];
  audit?: AuditDetails;
}

/**
 * Wraps the work of a transaction: it also writes the audit entry, for a refusal too. Operators and admins have entries;
 * customers who change their own orders have none.
 */
export const audited =
  <R>(action: AdminAction, work: (tx: EntityManager) => Promise<Decided<R>>) =>
  async (tx: EntityManager): Promise<Decided<R>> => {
    const decided = await work(tx);
    await writeAuditEntry(tx, action, decided.result, decided.audit);
    return decided;
  };

/** Writes an entry for a decision that was made outside {@link audited}. */
export async function writeAuditEntry(
  db: EntityManager,
  { actor, action, target, request }: AdminAction,
  reply: Reply<unknown>,
  details: AuditDetails = {},
): Promise<void> {
  if (actor.role === 'customer' && details.isOwnAccount !== true) return;
  if (details.isRepeated === true && reply.ok) return;
  const { address, userAgent, traceId } = actor.origin ?? {};
  await db.insert(AuditEntryEntity, {
    id: uuidv7(),
    actor: { customerId: actor.customerId, role: actor.role },
    action,
    target: details.target ?? target,
    outcome: reply.ok ? 'DONE' : 'REFUSED',
    code: reply.ok ? null : reply.error.code,
    request,
    before: details.before as object | undefined,
    after: reply.ok ? ((details.after ?? reply.value) as object) : undefined,
    address: address ?? null,
    userAgent: userAgent ?? null,
    traceId: traceId ?? null,
  });
}

export function pageOfAuditEntries(
  { manager }: DataSource,
  { actor, target, ...page }: Pick<AuditFilter, 'actor' | 'target'> & PageRequest,
): Promise<Page<AuditRow>> {
  const entries = manager.createQueryBuilder(AuditEntryEntity, 'entry');
  if (actor !== undefined) entries.andWhere('entry.actor.customerId = :actor', { actor });
  if (target !== undefined) entries.andWhere('entry.target = :target', { target });
  return newestPage(entries, page);
}
