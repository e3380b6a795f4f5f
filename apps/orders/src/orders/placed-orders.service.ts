import {
  PLACED_REQUESTS_MAX,
  type listPlacedRequests,
  type PlaceOrderRequest,
  type PlacingOutcome,
  type ResponseOf,
} from '@doorbuster/contracts';
import { Injectable } from '@nestjs/common';
import { answerAgain, requestKey } from './domain/decide-orders.js';
import { OrdersRepository } from './orders.repository.js';

/** Below NATS's usual limit of 1 MiB, with room for the envelope. */
const PAGE_BYTES_MAX = 768 * 1024;

/** Finds which requests have become orders. */
@Injectable()
export class PlacedOrders {
  constructor(private readonly orders: OrdersRepository) {}

  /** The outcome of each request whose reply was lost, in their order. */
  async find(requests: readonly PlaceOrderRequest[]): Promise<PlacingOutcome[]> {
    // In this order: the second statement sees a transaction that ended between the two.
    const { now, since } = await this.orders.oldestWrite();
    const placed = await this.orders.findByRequests(requests);
    return requests.map(({ customerId, idempotencyKey, body, acceptBy }): PlacingOutcome => {
      const found = placed.get(requestKey(customerId, idempotencyKey));
      if (found) return { outcome: 'PLACED', reply: answerAgain(found, body) };
      // A transaction that accepts the request has begun before `acceptBy`. By now it has written, or the server has ended it.
      const isOver = acceptBy !== undefined && now > acceptBy && since > acceptBy;
      return { outcome: isOver ? 'NONE' : 'OPEN' };
    });
  }

  /** The requests of orders, oldest first, from the one after the order `after`. */
  async list(after: string): Promise<ResponseOf<typeof listPlacedRequests>> {
    const found = await this.orders.listRequests(after, PLACED_REQUESTS_MAX);
    const onPage = withinBytes(found);
    const requests = onPage.map(({ customerId, idempotencyKey }) => ({ customerId, idempotencyKey }));
    const hasMore = found.length === PLACED_REQUESTS_MAX || onPage.length < found.length;
    return { requests, last: onPage.at(-1)?.id ?? null, hasMore };
  }
}

/** The first items that fit into one reply, at least one. Keys have up to 255 characters, twice that when escaped. */
function withinBytes<T>(found: T[]): T[] {
  let bytes = 0;
  const end = found.findIndex((one) => (bytes += JSON.stringify(one).length) > PAGE_BYTES_MAX);
  return end === -1 ? found : found.slice(0, Math.max(1, end));
}
