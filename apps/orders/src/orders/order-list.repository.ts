import type { Order, OrderFilter, OrderStatus, Page } from '@doorbuster/contracts';
import { toPage } from '@doorbuster/persistence';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import type { OrderEntity } from './order.entity.js';
import { LAST_SCANNED, LIST_ORDERS } from './order-list.sql.js';
import { toRecord } from './orders.repository.js';

/** The filters of one list, and the id after which it continues. */
export type OrderSelection = Omit<OrderFilter, 'cursor'> & { after?: string | undefined };

const ID_MIN = '00000000-0000-0000-0000-000000000000';
const ID_MAX = 'ffffffff-ffff-ffff-ffff-ffffffffffff';
/** Between the clocks of a replica, which makes ids, and of the database, which sets `createdAt`: that of signed requests. */
const CLOCK_SKEW_MAX_MS = 300_000;
const UNDONE: readonly OrderStatus[] = ['REJECTED', 'CANCELLED'];

@Injectable()
export class OrderListRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** Newest first. With filters a page may have fewer orders than `limit`, and still have a next page. */
  async list(selection: OrderSelection): Promise<Page<Order>> {
    const filters = filtersOf(selection);
    if (filters.every((filter) => filter === null)) {
      return pageOf(await readOrders(this.dataSource.manager, selection), selection.limit);
    }
    // One snapshot, so that the last order of the scan is the same in both statements.
    return this.dataSource.transaction('REPEATABLE READ', async (tx) => {
      const orders = await readOrders(tx, selection);
      if (orders.length > selection.limit) return pageOf(orders, selection.limit);
      const [last]: { id: string }[] = await tx.query(LAST_SCANNED, scanOf(selection));
      return { items: orders, nextCursor: last?.id ?? null };
    });
  }
}

const pageOf = (orders: readonly Order[], limit: number): Page<Order> =>
  toPage(orders, limit, ({ id }) => id);

async function readOrders(manager: EntityManager, selection: OrderSelection): Promise<Order[]> {
  const parameters = [...scanOf(selection), ...filtersOf(selection), selection.limit + 1];
  const rows: OrderEntity[] = await manager.query(LIST_ORDERS, parameters);
  return rows.map((row) => toRecord(row).order);
}

/** The parameters of the conditions on what the scan reads. */
function filtersOf({ status, reason, sku, createdAfter, createdBefore }: OrderSelection): unknown[] {
  const lines = sku === undefined ? null : JSON.stringify([{ sku }]);
  return [status ?? null, reason ?? null, lines, createdAfter ?? null, createdBefore ?? null];
}

/** The parameters of the scan. Ids are UUIDv7, so times bound them. */
function scanOf({
  after,
  customerId,
  status,
  reason,
  createdAfter,
  createdBefore,
}: OrderSelection): unknown[] {
  const least = createdAfter === undefined ? ID_MIN : idAt(Date.parse(createdAfter) - CLOCK_SKEW_MAX_MS);
  const end = createdBefore === undefined ? ID_MAX : idAt(Date.parse(createdBefore) + CLOCK_SKEW_MAX_MS);
  const isUndone = reason !== undefined || (status?.every((each) => UNDONE.includes(each)) ?? false);
  // A customer has far fewer orders than all customers have in flight.
  const isPending = customerId === undefined && (status?.every((each) => each === 'PENDING') ?? false);
  return [least, after !== undefined && after < end ? after : end, customerId ?? null, isUndone, isPending];
}

/** The least UUIDv7 of an instant. */
function idAt(ms: number): string {
  const hex = Math.max(0, ms).toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-000000000000`;
}
