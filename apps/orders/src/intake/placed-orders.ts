import type { PlaceOrderRequest, PlacingOutcome } from '@doorbuster/contracts';
import { Injectable } from '@nestjs/common';
import { answerAgain, requestKey } from '../domain/decide-orders.js';
import { OrdersRepository } from '../persistence/orders.repository.js';

/** Says for certain what became of requests whose answers were lost. */
@Injectable()
export class PlacedOrders {
  constructor(private readonly orders: OrdersRepository) {}

  /** One outcome a request. */
  async find(requests: readonly PlaceOrderRequest[]): Promise<PlacingOutcome[]> {
    // In this order: a transaction that ends between the two is seen by the second.
    const { now, since } = await this.orders.writing();
    const placed = await this.orders.findByRequests(requests);
    return requests.map(({ customerId, idempotencyKey, body, acceptBy }): PlacingOutcome => {
      const found = placed.get(requestKey(customerId, idempotencyKey));
      if (found) return { outcome: 'PLACED', reply: answerAgain(found, body) };
      // A transaction that accepts it began before its deadline. By now it has written, or the server has ended it.
      const isOver = acceptBy !== undefined && now > acceptBy && since > acceptBy;
      return { outcome: isOver ? 'NONE' : 'OPEN' };
    });
  }
}
