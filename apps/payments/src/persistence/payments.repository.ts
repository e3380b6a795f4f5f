import { isNotWaiting } from '@doorbuster/persistence';
import type { EntityManager } from 'typeorm';
import type { Payment } from '../domain/payment.js';
import type { PaymentStatus } from '../domain/payment-status.js';

interface PaymentRow {
  order_id: string;
  status: PaymentStatus;
  amount: number | null;
  currency: string | null;
  method: string | null;
  provider_reference: string | null;
  captured_amount: number;
  refunded_amount: number;
  reason: string | null;
  attempts: number;
  is_being_asked: boolean;
  /** Of the database's clock, so that replicas need not agree on the time. */
  due_in_ms: number | null;
  awaiting_reply: Payment['awaiting'];
}

const COLUMNS = `order_id, status, amount, currency, method, provider_reference, captured_amount, refunded_amount,
  reason, attempts, is_being_asked, awaiting_reply,
  ceil(extract(epoch from next_attempt_at - now()) * 1000)::integer as due_in_ms`;

/** One JSON parameter for the batch: with this many columns it costs less than an array for each. */
const ROWS = `jsonb_to_recordset($1::jsonb) as new (order_id uuid, status text, amount bigint, currency text,
  method text, provider_reference text, captured_amount bigint, refunded_amount bigint, reason text,
  attempts integer, is_being_asked boolean, due_in_ms integer, awaiting_reply jsonb)`;
const NEXT_ATTEMPT_AT = `now() + new.due_in_ms * interval '1 millisecond'`;

/** Locks what is there of these, in key order. */
export async function loadPayments(
  tx: EntityManager,
  orderIds: readonly string[],
): Promise<Map<string, Payment>> {
  const rows: PaymentRow[] = await tx.query(
    `select ${COLUMNS} from payments where order_id = any($1::uuid[]) order by order_id for update`,
    [orderIds],
  );
  return new Map(rows.map((row) => [row.order_id, toPayment(row)]));
}

/** Writes `changed`, of which `known` were there when they were loaded. */
export async function savePayments(
  tx: EntityManager,
  known: ReadonlyMap<string, Payment>,
  changed: readonly Payment[],
): Promise<void> {
  const [fresh, old]: [Payment[], Payment[]] = [[], []];
  for (const payment of changed) (known.has(payment.orderId) ? old : fresh).push(payment);
  // A unique violation here is a race lost to a replica; the transaction is then run again and sees the winner.
  if (fresh.length > 0) {
    await tx.query(
      `insert into payments (order_id, status, amount, currency, method, provider_reference, captured_amount,
         refunded_amount, reason, attempts, is_being_asked, next_attempt_at, awaiting_reply)
       select order_id, status, amount, currency, method, provider_reference, captured_amount, refunded_amount,
         reason, attempts, is_being_asked, ${NEXT_ATTEMPT_AT}, awaiting_reply
       from ${ROWS} order by order_id`,
      [JSON.stringify(fresh.map(toRow))],
    );
  }
  if (old.length > 0) {
    await tx.query(
      `update payments p set status = new.status, provider_reference = new.provider_reference,
         captured_amount = new.captured_amount, refunded_amount = new.refunded_amount, reason = new.reason,
         attempts = new.attempts, is_being_asked = new.is_being_asked, next_attempt_at = ${NEXT_ATTEMPT_AT},
         awaiting_reply = new.awaiting_reply, updated_at = now()
       from ${ROWS} where p.order_id = new.order_id`,
      [JSON.stringify(old.map(toRow))],
    );
  }
}

/** The provider operations' name in `stuck_items`. */
export const OPERATIONS_JOB = 'provider-operations';
const IS_DUE = `next_attempt_at <= now() and ${isNotWaiting(OPERATIONS_JOB, 'payments.order_id')}`;

/**
 * Takes what is due for its next attempt, or only that of one order, the longest due first, passing over what another
 * replica is taking.
 */
export async function claimDuePayments(
  db: EntityManager,
  limit: number,
  leaseMs: number,
  onlyOrderId?: string,
): Promise<Payment[]> {
  const [rows]: [PaymentRow[], number] = await db.query(
    `update payments set attempts = attempts + 1, is_being_asked = true,
       next_attempt_at = now() + $2 * interval '1 millisecond'
     where order_id = any(array(
       select order_id from payments where ${IS_DUE} and ($3::uuid is null or order_id = $3)
       order by next_attempt_at limit $1 for update skip locked))
     returning ${COLUMNS}`,
    [limit, leaseMs, onlyOrderId ?? null],
  );
  return rows.map(toPayment);
}

export async function dueOrderIds(db: EntityManager, limit: number): Promise<string[]> {
  const rows: { id: string }[] = await db.query(
    `select order_id as id from payments where ${IS_DUE} order by next_attempt_at limit $1`,
    [limit],
  );
  return rows.map(({ id }) => id);
}

/** A payment that changed after its last failure, or has no pending operation, is no longer stuck. */
export async function forgetMendedPayments(db: EntityManager): Promise<void> {
  await db.query(
    `delete from stuck_items s where job = '${OPERATIONS_JOB}' and not exists (
       select from payments p where p.order_id::text = s.item_id and p.next_attempt_at is not null
         and p.updated_at <= s.last_failed_at)`,
  );
}

const toPayment = (row: PaymentRow): Payment => ({
  orderId: row.order_id,
  status: row.status,
  amount:
    row.amount === null || row.currency === null ? null : { amount: row.amount, currency: row.currency },
  method: row.method,
  reference: row.provider_reference,
  capturedAmount: row.captured_amount,
  refundedAmount: row.refunded_amount,
  reason: row.reason,
  attempts: row.attempts,
  isBeingAsked: row.is_being_asked,
  dueInMs: row.due_in_ms,
  awaiting: row.awaiting_reply,
});

const toRow = (payment: Payment): PaymentRow => ({
  order_id: payment.orderId,
  status: payment.status,
  amount: payment.amount?.amount ?? null,
  currency: payment.amount?.currency ?? null,
  method: payment.method,
  provider_reference: payment.reference,
  captured_amount: payment.capturedAmount,
  refunded_amount: payment.refundedAmount,
  reason: payment.reason,
  attempts: payment.attempts,
  is_being_asked: payment.isBeingAsked,
  due_in_ms: payment.dueInMs,
  awaiting_reply: payment.awaiting,
});
