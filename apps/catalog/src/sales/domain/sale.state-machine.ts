import {
  accept,
  PermanentError,
  refuse,
  type ChangeSaleBody,
  type Reply,
  type SaleStatus,
} from '@doorbuster/contracts';
import type { SaleRecord } from './sale.js';

/** All transitions. Statuses only go forward. */
const TRANSITIONS: Record<SaleStatus, readonly SaleStatus[]> = {
  PREPARING: ['SCHEDULED', 'REJECTED', 'ENDED'],
  SCHEDULED: ['OPEN', 'ENDED'],
  OPEN: ['ENDED'],
  ENDED: [],
  REJECTED: [],
};

/** A request to inventory: allocate the sale's units, or return the rest. */
type AllocationRequest = 'allocate' | 'return';

/** Inventory's answer to an {@link AllocationRequest}. */
export type AllocationReply = { kind: 'allocated' | 'returned' } | { kind: 'refused'; reason: string };

/** The sale after a decision, and the request to send with it. */
export interface SaleDecision {
  sale: SaleRecord;
  allocationRequest?: AllocationRequest | undefined;
}

const RESEND_MIN_MS = 2_000;
const RESEND_MAX_MS = 60_000;

/**
 * Applies the time. `now` is the database's clock; no other code decides that a sale has started or ended. A request that
 * inventory has not answered is sent again, with growing pauses.
 */
export function advanceSale(sale: SaleRecord, now: Date): SaleDecision {
  const current = atTime(sale, now);
  if (current.status !== sale.status) {
    const allocationRequest = current.status === 'ENDED' ? ('return' as const) : undefined;
    return schedule({ ...current, attempts: 0 }, now, allocationRequest);
  }
  const isDue = current.nextActionAt === null || current.nextActionAt <= now;
  return schedule(current, now, isDue ? openRequest(current) : undefined);
}

/** Applies inventory's answer. A late or repeated answer changes nothing. */
export function applyReply(sale: SaleRecord, reply: AllocationReply, now: Date): SaleDecision {
  switch (reply.kind) {
    case 'allocated':
      if (sale.status !== 'PREPARING') return { sale };
      return advanceSale(transition(sale, 'SCHEDULED'), now);
    case 'refused':
      if (sale.status !== 'PREPARING') return { sale };
      return { sale: { ...transition(sale, 'REJECTED'), reason: reply.reason, nextActionAt: null } };
    case 'returned':
      if (sale.status !== 'ENDED' || sale.isReturned) return { sale };
      return { sale: { ...sale, isReturned: true, nextActionAt: null } };
  }
}

/** Applies an admin's changes. Price and start are fixed once the sale has started; an ended sale cannot be changed. */
export function applyChanges(sale: SaleRecord, changes: ChangeSaleBody, now: Date): Reply<SaleRecord> {
  if (sale.status === 'REJECTED' || sale.status === 'ENDED' || sale.endsAt <= now) {
    return refuse('SALE_ENDED', `The sale is ${sale.status}, and nothing of it can be changed.`);
  }
  const isStarted = sale.status === 'OPEN' || sale.startsAt <= now;
  if (isStarted && (changes.price !== undefined || changes.startsAt !== undefined)) {
    return refuse('SALE_STARTED', 'The sale has started; price and startsAt stay as they are.');
  }
  if (changes.price !== undefined && changes.price.currency !== sale.price.currency) {
    return refuse('CURRENCY_MISMATCH', `The product is sold in ${sale.price.currency}.`);
  }
  const changed: SaleRecord = {
    ...sale,
    price: changes.price ?? sale.price,
    startsAt: changes.startsAt === undefined ? sale.startsAt : new Date(changes.startsAt),
    endsAt: changes.endsAt === undefined ? sale.endsAt : new Date(changes.endsAt),
    limitPerCustomer: changes.limitPerCustomer ?? sale.limitPerCustomer,
  };
  // An end in the past ends the sale now, even before its start.
  if (changed.endsAt > now && changed.endsAt <= changed.startsAt) {
    return refuse('VALIDATION_FAILED', 'endsAt: must be later than startsAt');
  }
  return accept(changed);
}

class IllegalSaleChangeError extends PermanentError {
  override readonly name = 'IllegalSaleChangeError';
  readonly code = 'ILLEGAL_SALE_CHANGE';
}

/** @throws {IllegalSaleChangeError} when {@link TRANSITIONS} does not have it */
function transition(sale: SaleRecord, status: SaleStatus): SaleRecord {
  if (!TRANSITIONS[sale.status].includes(status)) {
    throw new IllegalSaleChangeError(`sale ${sale.id} is ${sale.status} and cannot become ${status}`);
  }
  return { ...sale, status, attempts: 0 };
}

function atTime(sale: SaleRecord, now: Date): SaleRecord {
  const isLive = sale.status === 'PREPARING' || sale.status === 'SCHEDULED' || sale.status === 'OPEN';
  if (isLive && sale.endsAt <= now) return transition(sale, 'ENDED');
  if (sale.status === 'SCHEDULED' && sale.startsAt <= now) return transition(sale, 'OPEN');
  return sale;
}

/** The request whose answer the sale waits for. */
function openRequest({ status, isReturned }: SaleRecord): AllocationRequest | undefined {
  if (status === 'PREPARING') return 'allocate';
  return status === 'ENDED' && !isReturned ? 'return' : undefined;
}

/** Sets the time of the next action: the repetition of the request, or what the status waits for. */
function schedule(
  sale: SaleRecord,
  now: Date,
  allocationRequest: AllocationRequest | undefined,
): SaleDecision {
  if (allocationRequest === undefined) return { sale: { ...sale, nextActionAt: nextActionOf(sale) } };
  const pauseMs = Math.min(RESEND_MIN_MS * 2 ** sale.attempts, RESEND_MAX_MS);
  const resendAt = now.getTime() + pauseMs;
  const isEndFirst = sale.endsAt > now && sale.endsAt.getTime() < resendAt;
  const nextActionAt = isEndFirst ? sale.endsAt : new Date(resendAt);
  return { sale: { ...sale, attempts: sale.attempts + 1, nextActionAt }, allocationRequest };
}

function nextActionOf(sale: SaleRecord): Date | null {
  switch (sale.status) {
    case 'SCHEDULED':
      return sale.startsAt;
    case 'OPEN':
      return sale.endsAt;
    case 'PREPARING':
      return sale.nextActionAt && sale.nextActionAt < sale.endsAt ? sale.nextActionAt : sale.endsAt;
    case 'ENDED':
      return sale.nextActionAt;
    case 'REJECTED':
      return null;
  }
}
