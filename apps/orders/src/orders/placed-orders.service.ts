import type { PlaceOrderRequest, PlacingOutcome } from '@doorbuster/contracts';
import { Injectable } from '@nestjs/common';
import { answerAgain, requestKey } from './domain/decide-orders.js';
import { OrdersRepository } from './orders.repository.js';

/** Finds the outcome of requests whose replies were lost. */
@Injectable()
export class PlacedOrders {
  constructor(private readonly orders: OrdersRepository) {}

  /** One outcome a request, in their order. */
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
}
