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
/** Difference between the clocks of a replica, which makes ids, and of the database, which sets `createdAt`. */
const CLOCK_SKEW_MS = 60_000;
const UNDONE: readonly OrderStatus[] = ['REJECTED', 'CANCELLED'];

@Injectable()
export class OrderListRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** Newest first. With filters a page may have fewer orders than `limit`, and still have a next page. */
  list(selection: OrderSelection): Promise<Page<Order>> {
    // One snapshot, so that the last order of the scan is the same in both statements.
    return this.dataSource.transaction('REPEATABLE READ', (tx) => page(tx, selection));
  }
}

async function page(tx: EntityManager, selection: OrderSelection): Promise<Page<Order>> {
  const scanned = scanOf(selection);
  const { status, reason, sku, createdAfter, createdBefore, limit } = selection;
  const lines = sku === undefined ? null : JSON.stringify([{ sku }]);
  const filters = [status ?? null, reason ?? null, lines, createdAfter ?? null, createdBefore ?? null];
  const rows: OrderEntity[] = await tx.query(LIST_ORDERS, [...scanned, ...filters, limit + 1]);
  const orders = rows.map((row) => toRecord(row).order);
  if (orders.length > limit || filters.every((filter) => filter === null)) {
    return toPage(orders, limit, ({ id }) => id);
  }
  const [last]: { id: string }[] = await tx.query(LAST_SCANNED, scanned);
  return { items: orders, nextCursor: last?.id ?? null };
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
  const least = createdAfter === undefined ? ID_MIN : idAt(Date.parse(createdAfter) - CLOCK_SKEW_MS);
  const end = createdBefore === undefined ? ID_MAX : idAt(Date.parse(createdBefore) + CLOCK_SKEW_MS);
  const isUndone = reason !== undefined || (status?.every((each) => UNDONE.includes(each)) ?? false);
  const isPending = status?.every((each) => each === 'PENDING') ?? false;
  return [least, after !== undefined && after < end ? after : end, customerId ?? null, isUndone, isPending];
}

/** The least UUIDv7 of an instant. */
function idAt(ms: number): string {
  const hex = Math.max(0, ms).toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-000000000000`;
}
