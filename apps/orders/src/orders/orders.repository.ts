import type { Money, OrderStatus, PlaceOrderRequest } from '@doorbuster/contracts';
import { jsonLines, pluck, preparedQuery, registerDeadline } from '@doorbuster/persistence';
import { Injectable } from '@nestjs/common';
import { DataSource, MoreThan, type EntityManager } from 'typeorm';
import { isSaleItem, purchaseKey, purchasesOf } from '../sales/domain/sale-terms.js';
import { requestKey, type NewOrder, type OrderRecord } from './domain/decide-orders.js';
import { OrderEntity } from './order.entity.js';
import * as sql from './orders.sql.js';

/** A request with less time left is refused: its deadline would end the transaction of its whole batch. */
export const TIME_LEFT_MIN_MS = 250;
/** Only a hung process holds a lock longer than this. */
const LOCK_TIMEOUT_MS = 1_000;

type PlacedRequest = Pick<PlaceOrderRequest, 'customerId' | 'idempotencyKey'>;

/** What a transaction of acceptance knows after its first statement. */
export interface ClaimedRequests {
  /** By the clock of the database, in milliseconds since 1970. */
  now: number;
  /** Another transaction handles the same request, or the same customer's purchases in the same sale. */
  isBusy: (request: PlaceOrderRequest) => boolean;
  /** The present price by SKU. */
  prices: Map<string, Money>;
}

export interface StatusChange {
  id: string;
  status: OrderStatus;
  reason: string | null;
}

@Injectable()
export class OrdersRepository {
  constructor(private readonly dataSource: DataSource) {}

  /**
   * Claims requests for this transaction, without waiting: a request that another replica handles, or hangs with, holds up no
   * other. From here on the server ends the transaction when the first of them expires.
   */
  async claimRequests(tx: EntityManager, requests: readonly PlaceOrderRequest[]): Promise<ClaimedRequests> {
    const items = requests.flatMap(({ body }) => body.items);
    const skus = [...new Set(items.filter((item) => !isSaleItem(item)).map(({ sku }) => sku))];
    const claims = [...new Set(requests.flatMap(claimsOf))];
    const acceptBys = requests.flatMap(({ acceptBy }) => acceptBy ?? []);
    const parameters = [acceptBys, TIME_LEFT_MIN_MS, String(LOCK_TIMEOUT_MS), claims, skus];
    const [row] = await preparedQuery<sql.ClaimRow>(tx, sql.CLAIM_REQUESTS, parameters);
    if (!row) throw new Error('a statement that always gives one row gave none');
    if (row.remaining !== null) registerDeadline(tx, row.remaining);
    const busy = new Set(row.busy);
    return {
      now: row.now,
      isBusy: (request) => busy.size > 0 && claimsOf(request).some((claim) => busy.has(claim)),
      prices: new Map((row.prices ?? []).map(({ sku, amount, currency }) => [sku, { amount, currency }])),
    };
  }

  /** By {@link requestKey}. */
  async findByRequests(
    requests: readonly PlacedRequest[],
    source: DataSource | EntityManager = this.dataSource,
  ): Promise<Map<string, OrderRecord>> {
    const parameters = [pluck(requests, 'customerId'), pluck(requests, 'idempotencyKey')];
    const rows = await preparedQuery<OrderEntity>(source, sql.FIND_ORDERS_BY_REQUESTS, parameters);
    return new Map(rows.map((row) => [requestKey(row.customerId, row.idempotencyKey), toRecord(row)]));
  }

  async insert(tx: EntityManager, created: readonly NewOrder[]): Promise<void> {
    if (created.length === 0) return;
    const orders = pluck(created, 'order');
    await preparedQuery(tx, sql.INSERT_ORDERS, [
      pluck(orders, 'id'),
      pluck(orders, 'customerId'),
      pluck(created, 'idempotencyKey'),
      pluck(orders, 'status'),
      jsonLines(pluck(orders, 'lines')),
      orders.map(({ total }) => total.amount),
      orders.map(({ total }) => total.currency),
      pluck(created, 'method'),
      pluck(orders, 'createdAt'),
      pluck(orders, 'updatedAt'),
    ]);
  }

  /** Locks orders in the order of their ids. A transaction that also locks sagas locks those first. */
  async lock(
    tx: EntityManager,
    ids: readonly string[],
  ): Promise<Pick<OrderEntity, 'id' | 'customerId' | 'status'>[]> {
    return preparedQuery(tx, sql.LOCK_ORDERS, [ids]);
  }

  async changeStatuses(tx: EntityManager, changes: readonly StatusChange[], at: Date): Promise<void> {
    const parameters = [pluck(changes, 'id'), pluck(changes, 'status'), pluck(changes, 'reason'), at];
    await preparedQuery(tx, sql.UPDATE_STATUSES, parameters);
  }

  async markCancelling(tx: EntityManager, id: string): Promise<void> {
    await tx.update(OrderEntity, { id }, { cancelRequestedAt: () => 'now()' });
  }

  async find(id: string): Promise<OrderRecord | undefined> {
    const [row] = await preparedQuery<OrderEntity>(this.dataSource, sql.FIND_ORDER, [id]);
    return row && toRecord(row);
  }

  async findIn(tx: EntityManager, id: string): Promise<OrderRecord | undefined> {
    const row = await tx.findOneBy(OrderEntity, { id });
    return row ? toRecord(row) : undefined;
  }

  /** Oldest first, from the one after this order. */
  listRequests(after: string, limit: number): Promise<({ id: string } & PlacedRequest)[]> {
    return this.dataSource.manager.find(OrderEntity, {
      select: { id: true, customerId: true, idempotencyKey: true },
      where: { id: MoreThan(after) },
      order: { id: 'ASC' },
      take: limit,
    });
  }

  /** The clock of the database, and since when its oldest unfinished write of this service is in progress. */
  async oldestWrite(): Promise<{ now: number; since: number }> {
    const [row]: { now: number; since: number }[] = await this.dataSource.query(sql.OLDEST_WRITE);
    return row ?? { now: 0, since: 0 };
  }
}

/** The keys of the advisory locks that a transaction of acceptance takes. */
const claimsOf = ({ customerId, idempotencyKey, body }: PlaceOrderRequest): string[] => [
  requestKey(customerId, idempotencyKey),
  ...purchasesOf(customerId, body.items).map(purchaseKey),
];

export const toRecord = (row: OrderEntity): OrderRecord => ({
  idempotencyKey: row.idempotencyKey,
  method: row.paymentMethod,
  order: {
    id: row.id,
    customerId: row.customerId,
    status: row.status,
    reason: row.reason,
    cancelling: row.status === 'CONFIRMED' && row.cancelRequestedAt !== null,
    lines: row.lines,
    total: { amount: row.totalAmount, currency: row.currency },
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  },
});
