import { setTimeout as sleep } from 'node:timers/promises';
import type { Order, Reply } from '@doorbuster/contracts';
import { Batcher } from '@doorbuster/messaging';
import { Transactions } from '@doorbuster/persistence';
import { Inject, Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { placeOrders, type NewOrder, type PlaceOrderRequest } from '../domain/place-orders.js';
import type { OrderSagaData } from '../domain/order-saga.js';
import { OrdersRepository } from '../persistence/orders.repository.js';
import { pricesRepository } from '../persistence/prices.repository.js';
import { OrderSagas } from '../sagas/order-sagas.js';

const BATCH_MAX = 256;
/** Some seconds' worth of work; whoever comes after that is told to come back. */
const QUEUE_MAX = 4096;
/** A product made a moment ago may still be on its way here. */
const PRICE_WAIT_MS = 1_000;
const PRICE_POLL_MS = 100;
const PRICE_WAITERS_MAX = 64;

/** Accepts orders: requests that arrive while one transaction commits share the next one. */
@Injectable()
export class OrderIntake implements BeforeApplicationShutdown {
  private readonly batcher = new Batcher<PlaceOrderRequest, Reply<Order>>((requests) => this.accept(requests), {
    batchMax: BATCH_MAX,
    queueMax: QUEUE_MAX,
  });
  private priceWaiters = 0;

  constructor(
    @Inject(Transactions) private readonly transactions: Transactions,
    @Inject(OrdersRepository) private readonly orders: OrdersRepository,
    @Inject(OrderSagas) private readonly sagas: OrderSagas,
  ) {}

  /** @throws {QueueFullError} when too many wait already */
  async place(request: PlaceOrderRequest): Promise<Reply<Order>> {
    const reply = await this.batcher.add(request);
    if (reply.ok || reply.error.code !== 'UNKNOWN_SKU' || this.priceWaiters >= PRICE_WAITERS_MAX) return reply;
    this.priceWaiters += 1;
    try {
      return await this.placeOncePriced(request, reply);
    } finally {
      this.priceWaiters -= 1;
    }
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.batcher.idle();
  }

  private async placeOncePriced(request: PlaceOrderRequest, first: Reply<Order>): Promise<Reply<Order>> {
    let reply = first;
    const deadline = Date.now() + PRICE_WAIT_MS;
    while (!reply.ok && reply.error.code === 'UNKNOWN_SKU' && Date.now() < deadline) {
      await sleep(PRICE_POLL_MS);
      reply = await this.batcher.add(request);
    }
    return reply;
  }

  private accept(requests: PlaceOrderRequest[]): Promise<Reply<Order>[]> {
    return this.transactions.run(async (tx) => {
      const skus = new Set(requests.flatMap(({ body }) => body.items.map(({ sku }) => sku)));
      const existing = await this.orders.findByRequests(tx, requests);
      const prices = await pricesRepository.find(tx, [...skus]);
      const { replies, created } = placeOrders(requests, existing, prices, new Date(), uuidv7);
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
