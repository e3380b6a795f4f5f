import { isNotWaiting, type PreparedStatement } from '@doorbuster/persistence';
import type { PaymentEntity } from './payment.entity.js';

/** A row as these statements read and write it: the next attempt is relative to the database's clock. */
export type PaymentRow = Omit<PaymentEntity, 'nextAttemptAt' | 'createdAt' | 'updatedAt'> & {
  dueInMs: number | null;
};

/** The name of the provider calls in `stuck_items`. */
export const PROVIDER_RETRY_JOB = 'provider-operations';

const COLUMNS = `order_id as "orderId", status, amount, currency, method, provider_reference as reference,
  captured_amount as "capturedAmount", refunded_amount as "refundedAmount", reason, attempts,
  is_being_asked as "isLeased", awaiting_reply as awaiting,
  ceil(extract(epoch from next_attempt_at - now()) * 1000)::integer as "dueInMs"`;
/** One JSON parameter for the batch: with this number of columns it costs less than an array for each column. */
const ROWS = `jsonb_to_recordset($1::jsonb) as new ("orderId" uuid, status text, amount bigint, currency text,
  method text, reference text, "capturedAmount" bigint, "refundedAmount" bigint, reason text, attempts integer,
  "isLeased" boolean, "dueInMs" integer, awaiting jsonb)`;
const NEXT_ATTEMPT_AT = `now() + new."dueInMs" * interval '1 millisecond'`;
const IS_DUE = `next_attempt_at <= now() and ${isNotWaiting(PROVIDER_RETRY_JOB, 'payments.order_id')}`;

const OF_ORDERS = `select ${COLUMNS} from payments where order_id = any($1::uuid[])`;

/** SQL, because a prepared statement is not parsed again for each batch. */
export const FIND_PAYMENTS: PreparedStatement = { name: 'find-payments', text: OF_ORDERS };

/** SQL, because it locks a batch in key order. */
export const LOCK_PAYMENTS: PreparedStatement = {
  name: 'lock-payments',
  text: `${OF_ORDERS} order by order_id for update`,
};

/**
 * New payments whose outcome is known: the other columns have their defaults. SQL, because it inserts a batch in one
 * statement, in key order. An array for each column costs half of what one JSON parameter for all columns costs.
 */
export const INSERT_SETTLED_PAYMENTS: PreparedStatement = {
  name: 'insert-settled-payments',
  text: `
  insert into payments (order_id, status, amount, currency, method, provider_reference, reason)
  select * from unnest($1::uuid[], $2::text[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::text[])
  order by 1`,
};

/** Captures authorised payments. SQL, because a batch is one statement that writes only what changes. */
export const CAPTURE_PAYMENTS: PreparedStatement = {
  name: 'capture-payments',
  text: `
  update payments set status = 'CAPTURED', captured_amount = amount, updated_at = now()
  where order_id = any($1::uuid[])`,
};

/** New payments with a current operation. SQL, because it inserts a batch in one statement. */
export const INSERT_PAYMENTS: PreparedStatement = {
  name: 'insert-payments',
  text: `
  insert into payments (order_id, status, amount, currency, method, provider_reference, captured_amount,
    refunded_amount, reason, attempts, is_being_asked, next_attempt_at, awaiting_reply)
  select "orderId", status, amount, currency, method, reference, "capturedAmount", "refundedAmount", reason,
    attempts, "isLeased", ${NEXT_ATTEMPT_AT}, awaiting
  from ${ROWS} order by "orderId"`,
};

/** SQL, because it updates the changed payments of each batch in one statement. Amount and method never change. */
export const UPDATE_PAYMENTS: PreparedStatement = {
  name: 'update-payments',
  text: `
  update payments p set status = new.status, provider_reference = new.reference,
    captured_amount = new."capturedAmount", refunded_amount = new."refundedAmount", reason = new.reason,
    attempts = new.attempts, is_being_asked = new."isLeased", next_attempt_at = ${NEXT_ATTEMPT_AT},
    awaiting_reply = new.awaiting, updated_at = now()
  from ${ROWS} where p.order_id = new."orderId"`,
};

/**
 * Leases up to $1 due payments for $2 ms, the longest due first, or only that of order $3. SQL, because replicas skip each
 * other's locked rows.
 */
export const CLAIM_DUE_PAYMENTS = `
  update payments set attempts = attempts + 1, is_being_asked = true,
    next_attempt_at = now() + $2 * interval '1 millisecond'
  where order_id = any(array(
    select order_id from payments where ${IS_DUE} and ($3::uuid is null or order_id = $3)
    order by next_attempt_at limit $1 for update skip locked))
  returning ${COLUMNS}`;

/** SQL, because it compares with the database's clock and leaves out stuck payments. */
export const FIND_DUE_ORDER_IDS = `
  select order_id as id from payments where ${IS_DUE} order by next_attempt_at limit $1`;

/** A payment that changed after its last failure, or has no current operation. SQL, because it joins a uuid and a text. */
export const FORGET_RECOVERED_STUCK_ITEMS = `
  delete from stuck_items s where job = '${PROVIDER_RETRY_JOB}' and not exists (
    select from payments p where p.order_id::text = s.item_id and p.next_attempt_at is not null
      and p.updated_at <= s.last_failed_at)`;
