import {
  ordersAccepted,
  refuse,
  type Order,
  type PlaceOrderRequest,
  type Reply,
} from '@doorbuster/contracts';
import { Batcher, newEvent, QueueFullError, StaleItemError, type OutgoingEvent } from '@doorbuster/messaging';
import { afterCommit, Transactions } from '@doorbuster/persistence';
import { fail } from '@doorbuster/telemetry';
import { Inject, Injectable } from '@nestjs/common';
import type { Span } from '@opentelemetry/api';
import type { EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { decideOrders, expired, type IncomingRequest, type NewOrder } from '../domain/decide-orders.js';
import type { OrderSagaData } from '../domain/order-saga.js';
import { OrdersRepository } from '../persistence/orders.repository.js';
import { pricesRepository } from '../persistence/prices.repository.js';
import { OrderSagas } from '../sagas/order-sagas.js';
import { countAccepted } from '../sagas/saga-metrics.js';
import { recordReply, spansByOrder, startIntakeSpan } from './intake-spans.js';

const BATCH_MAX = 256;
/** Some seconds' worth of work; whoever comes after that is told to come back. */
const QUEUE_MAX = 4096;

/** Accepts orders: requests that arrive while one transaction commits share the next one. */
@Injectable()
export class OrderIntake {
  private readonly batcher = new Batcher<IncomingRequest, Reply<Order>>((requests) => this.accept(requests), {
    batchMax: BATCH_MAX,
    queueMax: QUEUE_MAX,
    isStale: ({ expiresAt }) => expiresAt <= Date.now(),
  });

  constructor(
    @Inject(Transactions) private readonly transactions: Transactions,
    @Inject(OrdersRepository) private readonly orders: OrdersRepository,
    @Inject(OrderSagas) private readonly sagas: OrderSagas,
  ) {}

  /** One reply a request. */
  place(requests: readonly PlaceOrderRequest[]): Promise<Reply<Order>[]> {
    const now = Date.now();
    return Promise.all(
      requests.map((request) =>
        this.placeOne({ ...request, expiresAt: now + (request.expiresInMs ?? Infinity) }),
      ),
    );
  }

  private async placeOne(request: IncomingRequest): Promise<Reply<Order>> {
    try {
      return await this.batcher.add(request);
    } catch (error) {
      if (error instanceof StaleItemError) return expired;
      if (!(error instanceof QueueFullError)) throw error;
      return refuse('SERVICE_UNAVAILABLE', 'Too many orders are waiting already. Try again in a moment.');
    }
  }

  private async accept(requests: IncomingRequest[]): Promise<Reply<Order>[]> {
    const spans = requests.map(startIntakeSpan);
    try {
      const replies = await this.acceptIn(requests, spans);
      replies.forEach((reply, i) => recordReply(spans[i], reply));
      return replies;
    } catch (error) {
      for (const span of spans) if (span) fail(span, error);
      throw error;
    } finally {
      for (const span of spans) span?.end();
    }
  }

  private acceptIn(
    requests: IncomingRequest[],
    spans: readonly (Span | undefined)[],
  ): Promise<Reply<Order>[]> {
    const work = async (tx: EntityManager) => {
      const skus = new Set(requests.flatMap(({ body }) => body.items.map(({ sku }) => sku)));
      const existing = await this.orders.findByRequests(tx, requests);
      const prices = await pricesRepository.find(tx, [...skus]);
      const { replies, created } = decideOrders(requests, existing, prices, new Date(), uuidv7);
      await this.orders.insert(tx, created);
      const spansBySaga = spansByOrder(replies, spans);
      const events = await this.sagas.startCheckouts(tx, created.map(toSagaData), spansBySaga);
      afterCommit(tx, () => countAccepted(created.length));
      return { result: replies, events: [...events, ...acceptance(created)] };
    };
    return this.transactions.run(
      work,
      spans.flatMap((span) => span ?? []),
    );
  }
}

const toSagaData = ({ order: { id, lines, total }, method, traceparent }: NewOrder): OrderSagaData => ({
  orderId: id,
  lines: lines.map(({ sku, quantity }) => ({ sku, quantity })),
  total,
  method,
  traceparent,
});

/** Gateways learn from it which requests have an answer already. */
function acceptance(created: readonly NewOrder[]): OutgoingEvent[] {
  const [first] = created;
  if (!first) return [];
  const requests = created.map(({ order, idempotencyKey }) => ({
    customerId: order.customerId,
    idempotencyKey,
  }));
  const { traceparent } = first;
  return [newEvent(ordersAccepted, { subject: first.order.id, data: { requests }, traceparent })];
}
