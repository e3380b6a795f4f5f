import { fromJsonLines, isNotStuck, type PreparedStatement } from '@doorbuster/persistence';
import type { ReservationEntity } from './reservation.entity.js';

/** A row as these statements read it, with the time of the database. */
export type ReservationRow = Omit<ReservationEntity, 'createdAt' | 'updatedAt'> & { now: Date };

/** The expiry job's name in `stuck_items`. */
export const EXPIRY_JOB = 'reservation-expiry';

const COLUMNS = `order_id as "orderId", status, lines, reason, refused_sku as "refusedSku", expires_at as "expiresAt",
  clock_timestamp() as now`;
const IS_DUE = `status = 'RESERVED' and expires_at <= clock_timestamp()`;
const IS_NOT_STUCK = isNotStuck(EXPIRY_JOB, 'reservations.order_id');

/** SQL, because it locks a batch in key order. */
export const LOCK_RESERVATIONS: PreparedStatement = {
  name: 'lock-reservations',
  text: `
  select ${COLUMNS} from reservations where order_id = any($1::uuid[]) order by order_id for update`,
};

/**
 * Up to $1 due reservations that no other replica has locked: all except the stuck ones, or only that of order $2. SQL,
 * because of `skip locked` with the condition on `stuck_items`. It never waits for a lock, so it may lock in any order.
 */
export const LOCK_DUE_RESERVATIONS = `
  select ${COLUMNS} from reservations
  where ${IS_DUE} and case when $2::uuid is null then ${IS_NOT_STUCK} else order_id = $2 end
  order by expires_at limit $1 for update skip locked`;

/** SQL, because it shares the condition of {@link LOCK_DUE_RESERVATIONS}. */
export const DUE_ORDER_IDS = `
  select order_id as id from reservations where ${IS_DUE} and ${IS_NOT_STUCK} order by expires_at limit $1`;

/** SQL, because it inserts the reservations of a batch in one statement, in key order. */
export const INSERT_RESERVATIONS: PreparedStatement = {
  name: 'insert-reservations',
  text: `
  insert into reservations (order_id, status, lines, reason, refused_sku, expires_at)
  select * from unnest($1::uuid[], $2::text[], ${fromJsonLines('$3', 'jsonb')}, $4::text[], $5::text[], $6::timestamptz[])
  order by 1`,
};

/**
 * SQL, because one statement gives many reservations different statuses. Nothing else of a reservation changes. The
 * condition on `any` keeps the plan on the index also when it was made for an empty table.
 */
export const UPDATE_RESERVATIONS: PreparedStatement = {
  name: 'update-reservations',
  text: `
  update reservations set status = settled.status, updated_at = now()
  from unnest($1::uuid[], $2::text[]) as settled (order_id, status)
  where reservations.order_id = any($1) and reservations.order_id = settled.order_id`,
};
