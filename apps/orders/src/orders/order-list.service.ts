import { hash } from 'node:crypto';
import {
  accept,
  refuse,
  type listOrders,
  type Order,
  type OrderFilter,
  type Page,
  type Reply,
  type RequestOf,
} from '@doorbuster/contracts';
import { uuidCursorRefusal } from '@doorbuster/persistence';
import { Injectable } from '@nestjs/common';
import { OrderListRepository } from './order-list.repository.js';

const MARK_LENGTH = 10;

/** Lists orders: a customer's own, an admin's of all customers. */
@Injectable()
export class OrderList {
  constructor(private readonly orders: OrderListRepository) {}

  async list({ actor, cursor, ...filter }: RequestOf<typeof listOrders>): Promise<Reply<Page<Order>>> {
    const mark = markOf(filter);
    const [after, markOfCursor = ''] = cursor?.split('.') ?? [];
    const refusal = uuidCursorRefusal(after);
    if (refusal) return refusal;
    if (after !== undefined && markOfCursor !== mark) {
      const advice = 'repeat the filters of the page that it is from, or leave it out to start again';
      return refuse('VALIDATION_FAILED', `cursor: it is from a list with other filters; ${advice}`);
    }
    const own = actor.role === 'admin' ? filter.customerId : actor.customerId;
    // Another customer's orders are answered like those of a customer who has none.
    if (filter.customerId !== undefined && filter.customerId !== own) {
      return accept({ items: [], nextCursor: null });
    }
    const { items, nextCursor } = await this.orders.list({ ...filter, customerId: own, after });
    return accept({ items, nextCursor: nextCursor && mark ? `${nextCursor}.${mark}` : nextCursor });
  }
}

/** Of the filters, for the cursor. Empty without filters, because earlier releases gave out such cursors. */
function markOf({
  status,
  reason,
  customerId,
  sku,
  createdAfter,
  createdBefore,
}: Omit<OrderFilter, 'cursor'>): string {
  const times = [createdAfter, createdBefore].map((instant) => instant && Date.parse(instant));
  const filters = [status && [...new Set(status)].toSorted(), reason, customerId, sku, ...times];
  if (filters.every((filter) => filter === undefined)) return '';
  return hash('sha256', JSON.stringify(filters), 'base64url').slice(0, MARK_LENGTH);
}
