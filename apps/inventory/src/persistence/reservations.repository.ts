import type { StockLine } from '@doorbuster/contracts';
import { pluck } from '@doorbuster/persistence';
import type { EntityManager } from 'typeorm';
import type { RefusalReason, Reservation, ReservationStatus } from '../domain/reservation.js';

interface Row {
  orderId: string;
  status: ReservationStatus;
  lines: StockLine[];
  reason: RefusalReason | null;
  refusedSku: string | null;
  expiresAt: Date | null;
}

const COLUMNS = `order_id as "orderId", status, lines, reason, refused_sku as "refusedSku", expires_at as "expiresAt"`;

/** Locks in order of the ids, and before any stock: the one order in which everybody locks. */
export async function lockReservations(
  tx: EntityManager,
  orderIds: readonly string[],
): Promise<Reservation[]> {
  const rows: Row[] = await tx.query(
    `select ${COLUMNS} from reservations where order_id = any($1::uuid[]) order by order_id for update`,
    [orderIds],
  );
  return rows.map(toReservation);
}

/** Those past their time that nobody else is at work on; it never waits, so it may lock in any order. */
export async function lockDueReservations(
  tx: EntityManager,
  now: Date,
  limit: number,
): Promise<Reservation[]> {
  const rows: Row[] = await tx.query(
    `select ${COLUMNS} from reservations where status = 'RESERVED' and expires_at <= $1
     order by expires_at limit $2 for update skip locked`,
    [now, limit],
  );
  return rows.map(toReservation);
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

const toReservation = ({ orderId, status, lines, reason, refusedSku, expiresAt }: Row): Reservation => ({
  orderId,
  status,
  lines,
  refusal: reason ? { reason, ...(refusedSku !== null && { sku: refusedSku }) } : null,
  expiresAt,
});
