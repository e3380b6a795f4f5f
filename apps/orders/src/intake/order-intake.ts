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
import {
  decideOrders,
  expired,
  type IncomingRequest,
  type Market,
  type NewOrder,
} from '../domain/decide-orders.js';
import { isSaleItem, purchasesOf, type Purchase } from '../domain/sale-terms.js';
import type { OrderSagaData } from '../domain/order-saga.js';
import { OrdersRepository } from '../persistence/orders.repository.js';
import { pricesRepository } from '../persistence/prices.repository.js';
import { salesRepository } from '../persistence/sales.repository.js';
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
      const market = await loadMarket(tx, requests);
      // After the locks on purchases: who waited there for the same key in another replica has to see its order.
      const existing = await this.orders.findByRequests(tx, requests);
      const { replies, created, purchases } = decideOrders(requests, existing, market, new Date(), uuidv7);
      await salesRepository.addPurchases(tx, purchases);
      await this.orders.insert(tx, created);
      const spansBySaga = spansByOrder(replies, spans);
      const events = await this.sagas.startCheckouts(tx, created.map(toSagaData), spansBySaga);
      afterCommit(tx, () => countAccepted(created.length));
      return { result: replies, events: [...events, ...acceptance(created)] };
    };
    return this.transactions.run(work, { spans: spans.flatMap((span) => span ?? []) });
  }
}

/** What the requests are about, with the purchases of customers in open sales locked: the others are refused anyway. */
async function loadMarket(tx: EntityManager, requests: readonly IncomingRequest[]): Promise<Market> {
  const items = requests.flatMap(({ body }) => body.items);
  const saleIds = new Set(items.filter(isSaleItem).map(({ saleId }) => saleId));
  const sales = await salesRepository.find(tx, [...saleIds]);
  const wanted = requests.flatMap(({ customerId, body }) => purchasesOf(customerId, body.items));
  const isOpen = ({ saleId }: Purchase): boolean => sales.get(saleId)?.status === 'OPEN';
  const bought = await salesRepository.lockPurchases(tx, wanted.filter(isOpen));
  const prices = await pricesRepository.find(tx, [...new Set(items.map(({ sku }) => sku))]);
  return { prices, sales, bought };
}

const toSagaData = ({ order: { id, lines, total }, method, traceparent }: NewOrder): OrderSagaData => ({
  orderId: id,
  lines: lines.map(({ unitPrice: _unitPrice, ...line }) => line),
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
