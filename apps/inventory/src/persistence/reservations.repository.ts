import type { StockLine } from '@doorbuster/contracts';
import { isNotStuck, pluck } from '@doorbuster/persistence';
import type { EntityManager } from 'typeorm';
import type { RefusalReason, Reservation, ReservationStatus } from '../domain/reservation.js';

interface Row {
  orderId: string;
  status: ReservationStatus;
  lines: StockLine[];
  reason: RefusalReason | null;
  refusedSku: string | null;
  expiresAt: Date | null;
  now: Date;
}

/** A reservation, and the time at which it was read, by the clock of the database. */
export interface LoadedReservation {
  reservation: Reservation;
  now: Date;
}

const COLUMNS = `order_id as "orderId", status, lines, reason, refused_sku as "refusedSku", expires_at as "expiresAt",
  clock_timestamp() as now`;

/** Locks in order of the ids, and before any stock: the one order in which everybody locks. */
export async function lockReservations(
  tx: EntityManager,
  orderIds: readonly string[],
): Promise<LoadedReservation[]> {
  const rows: Row[] = await tx.query(
    `select ${COLUMNS} from reservations where order_id = any($1::uuid[]) order by order_id for update`,
    [orderIds],
  );
  return rows.map(toReservation);
}

/** The expiry's name in `stuck_items`. */
export const EXPIRY_JOB = 'reservation-expiry';
const IS_DUE = `status = 'RESERVED' and expires_at <= clock_timestamp()`;
const IS_NOT_STUCK = isNotStuck(EXPIRY_JOB, 'reservations.order_id');

/**
 * Overdue reservations that no other replica has locked: all except the stuck ones, or only that of one order. It never waits, so
 * it may lock in any order.
 */
export async function lockDueReservations(
  tx: EntityManager,
  limit: number,
  onlyOrderId?: string,
): Promise<LoadedReservation[]> {
  const rows: Row[] = await tx.query(
    `select ${COLUMNS} from reservations
     where ${IS_DUE} and case when $2::uuid is null then ${IS_NOT_STUCK} else order_id = $2 end
     order by expires_at limit $1 for update skip locked`,
    [limit, onlyOrderId ?? null],
  );
  return rows.map(toReservation);
}

export async function dueOrderIds(db: EntityManager, limit: number): Promise<string[]> {
  const rows: { id: string }[] = await db.query(
    `select order_id as id from reservations where ${IS_DUE} and ${IS_NOT_STUCK} order by expires_at limit $1`,
    [limit],
  );
  return rows.map(({ id }) => id);
}

/**
 * Plain inserts: when another replica was first with an order, the unique key says so, and the work starts again from
 * what that replica wrote. In order of the ids, so that two replicas cannot wait for each other's keys.
 */
export async function insertReservations(
  tx: EntityManager,
  reservations: readonly Reservation[],
): Promise<void> {
  const sorted = reservations.toSorted((a, b) => (a.orderId < b.orderId ? -1 : 1));
  const rows = sorted.map(({ orderId, status, lines, refusal, expiresAt }) => ({
    order_id: orderId,
    status,
    lines,
    reason: refusal?.reason,
    refused_sku: refusal?.sku,
    expires_at: expiresAt,
  }));
  await tx.query(
    `insert into reservations (order_id, status, lines, reason, refused_sku, expires_at)
     select order_id, status, lines, reason, refused_sku, expires_at from json_to_recordset($1::json)
       as row (order_id uuid, status text, lines jsonb, reason text, refused_sku text, expires_at timestamptz)`,
    [JSON.stringify(rows)],
  );
}

export async function updateReservations(
  tx: EntityManager,
  reservations: readonly Reservation[],
): Promise<void> {
  await tx.query(
    `update reservations set status = settled.status, updated_at = now()
     from unnest($1::uuid[], $2::text[]) as settled (order_id, status)
     where reservations.order_id = settled.order_id`,
    [pluck(reservations, 'orderId'), pluck(reservations, 'status')],
  );
}

const toReservation = ({
  orderId,
  status,
  lines,
  reason,
  refusedSku,
  expiresAt,
  now,
}: Row): LoadedReservation => ({
  reservation: {
    orderId,
    status,
    lines,
    refusal: reason ? { reason, ...(refusedSku !== null && { sku: refusedSku }) } : null,
    expiresAt,
  },
  now,
});
