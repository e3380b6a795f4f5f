import { PermanentError, type SaleStatus } from '@doorbuster/contracts';
import type { SaleRecord } from './sale.js';

/** Every way a sale may go. It only ever goes forward. */
const TRANSITIONS: Record<SaleStatus, readonly SaleStatus[]> = {
  PREPARING: ['SCHEDULED', 'REJECTED', 'ENDED'],
  SCHEDULED: ['OPEN', 'ENDED'],
  OPEN: ['ENDED'],
  ENDED: [],
  REJECTED: [],
};

/** What inventory is asked for, or asked for again. */
type AllocationRequest = 'allocate' | 'return';

export interface SaleDecision {
  sale: SaleRecord;
  request?: AllocationRequest | undefined;
}

/** What inventory said. */
export type AllocationReply = { kind: 'allocated' | 'returned' } | { kind: 'refused'; reason: string };

const RESEND_MIN_MS = 2_000;
const RESEND_MAX_MS = 60_000;

/**
 * Where a sale stands at `now`, by the database's clock: the one place that says that a sale has started or ended. What
 * inventory has not answered by its time is asked for again, with growing pauses, until it answers.
 */
export function advanceSale(sale: SaleRecord, now: Date): SaleDecision {
  const current = atTime(sale, now);
  if (current.status !== sale.status) {
    const request = current.status === 'ENDED' ? ('return' as const) : undefined;
    return schedule({ ...current, attempts: 0 }, now, request);
  }
  const isDue = current.nextActionAt === null || current.nextActionAt <= now;
  return schedule(current, now, isDue ? openRequest(current) : undefined);
}

/** A reply that the sale no longer waits for changes nothing. */
export function applyReply(sale: SaleRecord, reply: AllocationReply, now: Date): SaleDecision {
  switch (reply.kind) {
    case 'allocated':
      if (sale.status !== 'PREPARING') return { sale };
      return advanceSale(become(sale, 'SCHEDULED'), now);
    case 'refused':
      if (sale.status !== 'PREPARING') return { sale };
      return { sale: { ...become(sale, 'REJECTED'), reason: reply.reason, nextActionAt: null } };
    case 'returned':
      if (sale.status !== 'ENDED' || sale.isReturned) return { sale };
      return { sale: { ...sale, isReturned: true, nextActionAt: null } };
  }
}

class IllegalSaleChangeError extends PermanentError {
  override readonly name = 'IllegalSaleChangeError';
  readonly code = 'ILLEGAL_SALE_CHANGE';
}

function atTime(sale: SaleRecord, now: Date): SaleRecord {
  const isLive = sale.status === 'PREPARING' || sale.status === 'SCHEDULED' || sale.status === 'OPEN';
  if (isLive && sale.endsAt <= now) return become(sale, 'ENDED');
  if (sale.status === 'SCHEDULED' && sale.startsAt <= now) return become(sale, 'OPEN');
  return sale;
}

/** @throws {IllegalSaleChangeError} when a sale cannot go from one to the other */
function become(sale: SaleRecord, status: SaleStatus): SaleRecord {
  if (!TRANSITIONS[sale.status].includes(status)) {
    throw new IllegalSaleChangeError(`sale ${sale.id} is ${sale.status} and cannot become ${status}`);
  }
  return { ...sale, status, attempts: 0 };
}

function openRequest({ status, isReturned }: SaleRecord): AllocationRequest | undefined {
  if (status === 'PREPARING') return 'allocate';
  return status === 'ENDED' && !isReturned ? 'return' : undefined;
}

function schedule(sale: SaleRecord, now: Date, request: AllocationRequest | undefined): SaleDecision {
  if (request === undefined) return { sale: { ...sale, nextActionAt: nextMoment(sale) } };
  const pauseMs = Math.min(RESEND_MIN_MS * 2 ** sale.attempts, RESEND_MAX_MS);
  const againAt = now.getTime() + pauseMs;
  const isEndFirst = sale.endsAt > now && sale.endsAt.getTime() < againAt;
  const nextActionAt = isEndFirst ? sale.endsAt : new Date(againAt);
  return { sale: { ...sale, attempts: sale.attempts + 1, nextActionAt }, request };
}

function nextMoment(sale: SaleRecord): Date | null {
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
