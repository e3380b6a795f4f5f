import { setTimeout as sleep } from 'node:timers/promises';
import { refuse, type Order, type PlaceOrderRequest, type Reply } from '@doorbuster/contracts';
import { Batcher, QueueFullError, StaleItemError } from '@doorbuster/messaging';
import { CommitDeadlineError, isLockTimeout, pluck, UnitOfWork } from '@doorbuster/persistence';
import { SagaRunner, type NewSaga } from '@doorbuster/saga/nest';
import { LOGGER, refusalOf } from '@doorbuster/service';
import { faultPoint } from '@doorbuster/fault-points';
import { fail, type Logger } from '@doorbuster/telemetry';
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
import type { OrderSagaData } from '../checkout/order-saga.js';
import { OrdersRepository } from '../persistence/orders.repository.js';
import { salesRepository } from '../persistence/sales.repository.js';
import { LEAST_MS, openIntake, type OpenedIntake } from './open-intake.js';
import { recordReply, spansByOrder, startIntakeSpan } from './intake-spans.js';

const BATCH_MAX = 256;
/** Some seconds' worth of work; whoever comes after that is told to come back. */
const QUEUE_MAX = 4096;

/** Delay before a request that another transaction has claimed is tried again. */
const BUSY_MS = 20;
/** No gateway waits longer than this, also for a request without `acceptBy`. */
const TURNS_MS_MAX = 10_000;
/** Not decided in this batch: another transaction is about the same request, or another request ended this one. */
const BUSY = Symbol('busy');

interface Waiting {
  request: PlaceOrderRequest;
  /** By this process's monotonic clock. */
  until: number;
}

/** Accepts orders: requests that arrive while one transaction commits share the next one. */
@Injectable()
export class OrderIntake {
  private readonly batcher = new Batcher<Waiting, Reply<Order> | typeof BUSY>(
    (waiting) => this.accept(waiting),
    { batchMax: BATCH_MAX, queueMax: QUEUE_MAX, isStale: ({ until }) => until <= performance.now() },
  );

  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly orders: OrdersRepository,
    private readonly sagas: SagaRunner<OrderSagaData>,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** One reply a request. */
  place(requests: readonly PlaceOrderRequest[]): Promise<Reply<Order>[]> {
    const now = performance.now();
    return Promise.all(
      requests.map((request) =>
        this.placeOne({ request, until: now + Math.min(TURNS_MS_MAX, request.expiresInMs ?? Infinity) }),
      ),
    );
  }

  private async placeOne(waiting: Waiting): Promise<Reply<Order>> {
    for (;;) {
      try {
        const reply = await this.batcher.add(waiting);
        if (reply !== BUSY) return reply;
      } catch (error) {
        if (error instanceof StaleItemError) return expired;
        if (!(error instanceof QueueFullError)) throw error;
        return refuse('SERVICE_UNAVAILABLE', 'Too many orders are waiting already. Try again in a moment.');
      }
      await sleep(BUSY_MS + Math.random() * BUSY_MS);
    }
  }

  /**
   * A failed transaction refuses its own requests alone. Others of the same message may be accepted already by another
   * transaction, and an error for the whole message would deny their orders.
   */
  private async accept(waiting: Waiting[]): Promise<(Reply<Order> | typeof BUSY)[]> {
    const spans = waiting.map(({ request }) => startIntakeSpan(request));
    try {
      const replies = await this.acceptIn(waiting, spans);
      replies.forEach((reply, i) => reply !== BUSY && recordReply(spans[i], reply));
      return replies;
    } catch (error) {
      for (const span of spans) if (span) fail(span, error);
      // The deadline or a lock of one request ended this transaction. The others are tried again in another batch.
      const isAnothers = error instanceof CommitDeadlineError || isLockTimeout(error);
      const reply = isAnothers ? BUSY : refusalOf(error, this.logger);
      return waiting.map(() => reply);
    } finally {
      for (const span of spans) span?.end();
    }
  }

  private acceptIn(
    waiting: readonly Waiting[],
    spans: readonly (Span | undefined)[],
  ): Promise<(Reply<Order> | typeof BUSY)[]> {
    const work = async (tx: EntityManager) => {
      const opened = await openIntake(tx, pluck(waiting, 'request'));
      const free = waiting.flatMap((each, i) => (opened.isBusy(each.request) ? [] : [{ ...each, i }]));
      const market = await loadMarket(tx, pluck(free, 'request'), opened);
      // After the claims: an order that another transaction made with the same key is visible then.
      const existing = await this.orders.findByRequests(pluck(free, 'request'), tx);
      const requests = free.map((each) => withExpiry(each, opened.now));
      const now = new Date(opened.now);
      const { replies, purchases, ...decided } = decideOrders(requests, existing, market, now, uuidv7);
      const created = decided.created.filter(() => !faultPoint('orders.lose-order'));
      await salesRepository.addPurchases(tx, purchases);
      await this.orders.insert(tx, created);
      const spansBySaga = spansByOrder(
        replies,
        free.map(({ i }) => spans[i]),
      );
      const events = await this.sagas.start(tx, 'checkout', created.map(toCheckout), now, spansBySaga);
      const result = waiting.map((): Reply<Order> | typeof BUSY => BUSY);
      free.forEach(({ i }, k) => (result[i] = replies[k] as Reply<Order>));
      return { result, events };
    };
    return this.unitOfWork.run(work, { spans: spans.flatMap((span) => span ?? []) });
  }
}

/**
 * A request is refused shortly before its time is over. One of an older gateway has only a span, which counts from when
 * this process took it.
 */
function withExpiry({ request, until }: Waiting, now: number): IncomingRequest {
  const { acceptBy, expiresInMs } = request;
  if (acceptBy !== undefined) return { ...request, expiresAt: acceptBy - LEAST_MS };
  return { ...request, expiresAt: expiresInMs === undefined ? Infinity : now + until - performance.now() };
}

/** What the requests are about, with the purchases of customers in open sales locked: the others are refused anyway. */
async function loadMarket(
  tx: EntityManager,
  requests: readonly PlaceOrderRequest[],
  { prices }: OpenedIntake,
): Promise<Market> {
  const items = requests.flatMap(({ body }) => body.items);
  const saleIds = new Set(items.filter(isSaleItem).map(({ saleId }) => saleId));
  const sales = await salesRepository.find(tx, [...saleIds]);
  const wanted = requests.flatMap(({ customerId, body }) => purchasesOf(customerId, body.items));
  const isOpen = ({ saleId }: Purchase): boolean => sales.get(saleId)?.status === 'OPEN';
  const bought = await salesRepository.lockPurchases(tx, wanted.filter(isOpen));
  return { prices, sales, bought };
}

const toCheckout = ({ order, idempotencyKey, method, traceparent }: NewOrder): NewSaga<OrderSagaData> => ({
  id: order.id,
  data: {
    orderId: order.id,
    customerId: order.customerId,
    idempotencyKey,
    lines: order.lines.map(({ unitPrice: _unitPrice, ...line }) => line),
    total: order.total,
    method,
    traceparent,
  },
});
