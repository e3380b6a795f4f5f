import { refuse, type Order, type PlaceOrderRequest, type Reply } from '@doorbuster/contracts';
import { Batcher, QueueFullError } from '@doorbuster/messaging';
import { Transactions } from '@doorbuster/persistence';
import { Inject, Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { decideOrders, type NewOrder } from '../domain/decide-orders.js';
import type { OrderSagaData } from '../domain/order-saga.js';
import { OrdersRepository } from '../persistence/orders.repository.js';
import { pricesRepository } from '../persistence/prices.repository.js';
import { OrderSagas } from '../sagas/order-sagas.js';

const BATCH_MAX = 256;
/** Some seconds' worth of work; whoever comes after that is told to come back. */
const QUEUE_MAX = 4096;

/** Accepts orders: requests that arrive while one transaction commits share the next one. */
@Injectable()
export class OrderIntake {
  private readonly batcher = new Batcher<PlaceOrderRequest, Reply<Order>>(
    (requests) => this.accept(requests),
    {
      batchMax: BATCH_MAX,
      queueMax: QUEUE_MAX,
    },
  );

  constructor(
    @Inject(Transactions) private readonly transactions: Transactions,
    @Inject(OrdersRepository) private readonly orders: OrdersRepository,
    @Inject(OrderSagas) private readonly sagas: OrderSagas,
  ) {}

  /** One reply a request. */
  place(requests: readonly PlaceOrderRequest[]): Promise<Reply<Order>[]> {
    return Promise.all(requests.map((request) => this.placeOne(request)));
  }

  private async placeOne(request: PlaceOrderRequest): Promise<Reply<Order>> {
    try {
      return await this.batcher.add(request);
    } catch (error) {
      if (!(error instanceof QueueFullError)) throw error;
      return refuse('SERVICE_UNAVAILABLE', 'Too many orders are waiting already. Try again in a moment.');
    }
  }

  private accept(requests: PlaceOrderRequest[]): Promise<Reply<Order>[]> {
    return this.transactions.run(async (tx) => {
      const skus = new Set(requests.flatMap(({ body }) => body.items.map(({ sku }) => sku)));
      const existing = await this.orders.findByRequests(tx, requests);
      const prices = await pricesRepository.find(tx, [...skus]);
      const { replies, created } = decideOrders(requests, existing, prices, new Date(), uuidv7);
      await this.orders.insert(tx, created);
      const events = await this.sagas.startCheckouts(tx, created.map(toSagaData));
      return { result: replies, events };
    });
  }
}

const toSagaData = ({ order: { id, lines, total }, method, traceparent }: NewOrder): OrderSagaData => ({
  orderId: id,
  lines: lines.map(({ sku, quantity }) => ({ sku, quantity })),
  total,
  method,
  traceparent,
});
