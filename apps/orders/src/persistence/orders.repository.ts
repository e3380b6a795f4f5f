import type { Order, OrderStatus, PlaceOrderRequest } from '@doorbuster/contracts';
import { DATABASE_NOW, pluck } from '@doorbuster/persistence';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { requestKey, type NewOrder, type OrderRecord } from '../domain/decide-orders.js';

interface OrderRow {
  id: string;
  customer_id: string;
  idempotency_key: string;
  status: OrderStatus;
  reason: string | null;
  lines: Order['lines'];
  total_amount: number;
  currency: string;
  payment_method: string;
  cancel_requested_at: Date | null;
  created_at: Date;
  updated_at: Date;
}

/** An order locked for a change of its status. */
export interface LockedOrder {
  id: string;
  customerId: string;
  status: OrderStatus;
}

type PlacedRequest = Pick<PlaceOrderRequest, 'customerId' | 'idempotencyKey'>;

export interface StatusChange {
  id: string;
  status: OrderStatus;
  reason: string | null;
}

@Injectable()
export class OrdersRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** By {@link requestKey}. */
  async findByRequests(
    requests: readonly PlacedRequest[],
    tx: EntityManager = this.dataSource.manager,
  ): Promise<Map<string, OrderRecord>> {
    const rows: OrderRow[] = await tx.query(
      `select o.* from unnest($1::text[], $2::text[]) as r (customer_id, idempotency_key)
       join orders o using (customer_id, idempotency_key)`,
      [pluck(requests, 'customerId'), pluck(requests, 'idempotencyKey')],
    );
    return new Map(rows.map((row) => [requestKey(row.customer_id, row.idempotency_key), toRecord(row)]));
  }

  /**
   * The clock of the database, and since when the oldest transaction of this service that has written and not ended has
   * been under way; `Infinity` when there is none. In milliseconds since 1970.
   */
  async writing(): Promise<{ now: number; since: number }> {
    const [row]: { now: number; since: number }[] = await this.dataSource.query(
      `select ${DATABASE_NOW} as now,
              coalesce(min(extract(epoch from xact_start)::float8 * 1000), 'infinity') as since
       from pg_stat_activity where usename = current_user and backend_xid is not null`,
    );
    return row ?? { now: 0, since: 0 };
  }

  async insert(tx: EntityManager, created: readonly NewOrder[]): Promise<void> {
    if (created.length === 0) return;
    const rows = created.map(({ order, idempotencyKey, method }) => ({ ...order, idempotencyKey, method }));
    await tx.query(
      `insert into orders (id, customer_id, idempotency_key, status, lines, total_amount, currency, payment_method,
                           created_at, updated_at)
       select id, "customerId", "idempotencyKey", status, lines, (total->>'amount')::bigint, total->>'currency', method,
              "createdAt", "updatedAt"
       from json_to_recordset($1) as o (id uuid, "customerId" text, "idempotencyKey" text, status text, lines jsonb,
         total json, method text, "createdAt" timestamptz, "updatedAt" timestamptz)
       -- Replicas with the same keys in another order would wait for each other.
       order by "customerId", "idempotencyKey"`,
      [JSON.stringify(rows)],
    );
  }

  /** In the order of their ids. Whoever also locks sagas locks those first. */
  async lock(tx: EntityManager, ids: readonly string[]): Promise<LockedOrder[]> {
    if (ids.length === 0) return [];
    return tx.query(
      `select id, customer_id as "customerId", status from orders where id = any($1::uuid[]) order by id for update`,
      [ids],
    );
  }

  async changeStatus(tx: EntityManager, changes: readonly StatusChange[], at: Date): Promise<void> {
    if (changes.length === 0) return;
    await tx.query(
      `update orders o set status = c.status, reason = c.reason, updated_at = $4
       from unnest($1::uuid[], $2::text[], $3::text[]) as c (id, status, reason) where o.id = c.id`,
      [pluck(changes, 'id'), pluck(changes, 'status'), pluck(changes, 'reason'), at],
    );
  }

  async markCancelling(tx: EntityManager, id: string): Promise<void> {
    await tx.query('update orders set cancel_requested_at = now() where id = $1', [id]);
  }

  async find(id: string, manager: EntityManager = this.dataSource.manager): Promise<OrderRecord | undefined> {
    const rows: OrderRow[] = await manager.query('select * from orders where id = $1', [id]);
    return rows[0] && toRecord(rows[0]);
  }

  /** Oldest first, after this order. */
  listRequests(after: string, limit: number): Promise<({ id: string } & PlacedRequest)[]> {
    return this.dataSource.query(
      `select id, customer_id as "customerId", idempotency_key as "idempotencyKey"
       from orders where id > $1 order by id limit $2`,
      [after, limit],
    );
  }

  /** Newest first. `before` is the id of the last one seen, `customerId` null means everybody's. */
  async list(customerId: string | null, limit: number, before?: string): Promise<Order[]> {
    const rows: OrderRow[] = await this.dataSource.query(
      `select * from orders
       where ($1::text is null or customer_id = $1) and ($2::uuid is null or id < $2)
       order by id desc limit $3`,
      [customerId, before ?? null, limit],
    );
    return rows.map((row) => toRecord(row).order);
  }
}

function toRecord(row: OrderRow): OrderRecord {
  return {
    idempotencyKey: row.idempotency_key,
    method: row.payment_method,
    order: {
      id: row.id,
      customerId: row.customer_id,
      status: row.status,
      reason: row.reason,
      cancelling: row.status === 'CONFIRMED' && row.cancel_requested_at !== null,
      lines: row.lines,
      total: { amount: row.total_amount, currency: row.currency },
      createdAt: row.created_at.toISOString(),
      updatedAt: row.updated_at.toISOString(),
    },
  };
}
