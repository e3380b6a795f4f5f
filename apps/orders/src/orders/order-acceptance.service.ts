import { setTimeout as sleep } from 'node:timers/promises';
import { refuse, type Order, type PlaceOrderRequest, type Reply } from '@doorbuster/contracts';
import { faultPoint } from '@doorbuster/fault-points';
import { Batcher, QueueFullError, StaleItemError, type OutgoingEvent } from '@doorbuster/messaging';
import { allTogether, CommitDeadlineError, isLockTimeout, pluck, UnitOfWork } from '@doorbuster/persistence';
import { SagaRunner, type NewSaga } from '@doorbuster/saga/nest';
import { LOGGER, refusalOf } from '@doorbuster/service';
import { fail, startSpan, type Logger } from '@doorbuster/telemetry';
import { Inject, Injectable } from '@nestjs/common';
import { SpanKind, type Span } from '@opentelemetry/api';
import type { EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import type { OrderSagaData } from './domain/order-saga.js';
import { isSaleItem, purchasesOf } from '../sales/domain/sale-terms.js';
import { SalePurchasesRepository } from '../sales/sale-purchases.repository.js';
import { SaleTermsRepository } from '../sales/sale-terms.repository.js';
import {
  decideOrders,
  expired,
  type IncomingRequest,
  type Market,
  type NewOrder,
} from './domain/decide-orders.js';
import { OrdersRepository, TIME_LEFT_MIN_MS, type ClaimedRequests } from './orders.repository.js';

const BATCH_MAX = 256;
/** Some seconds of work. Requests beyond it are refused. */
const QUEUE_MAX = 4096;
/** Delay before a request that another transaction has claimed is tried again. */
const BUSY_MS = 20;
/** No gateway waits longer than this, also for a request without `acceptBy`. */
const WAIT_MS_MAX = 10_000;
/** Not decided in this batch: another transaction has claimed the request, or another request ended this transaction. */
const BUSY = Symbol('busy');

interface Waiting {
  request: PlaceOrderRequest;
  /** By this process's monotonic clock. */
  until: number;
  /** Child of the customer's HTTP request. */
  span?: Span | undefined;
}
type Answer = Reply<Order> | typeof BUSY;

/** Accepts orders: requests that arrive while one transaction commits share the next one. */
@Injectable()
export class OrderAcceptance {
  private readonly batcher = new Batcher<Waiting, Answer>((waiting) => this.accept(waiting), {
    batchMax: BATCH_MAX,
    queueMax: QUEUE_MAX,
    isStale: ({ until }) => until <= performance.now(),
  });

  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly orders: OrdersRepository,
    private readonly sales: SaleTermsRepository,
    private readonly purchases: SalePurchasesRepository,
    private readonly sagas: SagaRunner<OrderSagaData>,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** One reply a request, in their order. */
  place(requests: readonly PlaceOrderRequest[]): Promise<Reply<Order>[]> {
    const now = performance.now();
    return Promise.all(
      requests.map((request) =>
        this.placeOne({ request, until: now + Math.min(WAIT_MS_MAX, request.expiresInMs ?? Infinity) }),
      ),
    );
  }

  private async placeOne(waiting: Waiting): Promise<Reply<Order>> {
    for (;;) {
      try {
        const answer = await this.batcher.add(waiting);
        if (answer !== BUSY) return answer;
      } catch (error) {
        if (error instanceof StaleItemError) return expired;
        if (!(error instanceof QueueFullError)) throw error;
        return refuse('SERVICE_UNAVAILABLE', 'Too many orders are waiting already. Try again in a moment.');
      }
      await sleep(BUSY_MS + Math.random() * BUSY_MS);
    }
  }

  /**
   * A failed transaction refuses its own requests only. Other requests of the same RPC may be accepted by another transaction,
   * and an error for the whole RPC would deny their orders.
   */
  private async accept(unspanned: Waiting[]): Promise<Answer[]> {
    const batch = unspanned.map((waiting) => ({ ...waiting, span: startAcceptanceSpan(waiting.request) }));
    const spans = batch.flatMap(({ span }) => span ?? []);
    try {
      const answers = await this.unitOfWork.run((tx) => this.acceptIn(tx, batch), { spans });
      answers.forEach((answer, i) => recordAnswer(batch[i]?.span, answer));
      return answers;
    } catch (error) {
      for (const span of spans) fail(span, error);
      // The deadline or the lock of one request ended the transaction. The others are tried again in another batch.
      const isAnothers = error instanceof CommitDeadlineError || isLockTimeout(error);
      const answer = isAnothers ? BUSY : refusalOf(error, this.logger);
      return batch.map(() => answer);
    } finally {
      for (const span of spans) span.end();
    }
  }

  private async acceptIn(
    tx: EntityManager,
    batch: readonly Waiting[],
  ): Promise<{ result: Answer[]; events: OutgoingEvent[] }> {
    const all = pluck(batch, 'request');
    // In one round trip. The second statement runs after the claims, so that a concurrent request with the same key is visible.
    const [claimed, existing] = await allTogether([
      this.orders.claimRequests(tx, all),
      this.orders.findByRequests(all, tx),
    ]);
    const free = batch.filter(({ request }) => !claimed.isBusy(request));
    const market = await this.loadMarket(tx, pluck(free, 'request'), claimed);
    const now = new Date(claimed.now);
    // After all reads: they may have waited for a lock.
    const requests = free.map((waiting) => withExpiry(waiting, claimed.now));
    const { replies, purchases, ...decided } = decideOrders(requests, existing, market, now, uuidv7);
    const created = decided.created.filter(() => !faultPoint('orders.lose-order'));
    if (purchases.length > 0) await this.purchases.addPurchases(tx, purchases);
    const spans = spansByOrder(free, replies);
    const [, events] = await allTogether([
      this.orders.insert(tx, created),
      this.sagas.start(tx, 'checkout', created.map(toCheckout), now, spans),
    ]);
    const answers = new Map<Waiting, Answer>(free.map((waiting, i) => [waiting, replies[i] ?? BUSY]));
    return { result: batch.map((waiting) => answers.get(waiting) ?? BUSY), events };
  }

  /** Locks the purchases in open sales only: requests for other sales are refused anyway. */
  private async loadMarket(
    tx: EntityManager,
    requests: readonly PlaceOrderRequest[],
    { prices }: ClaimedRequests,
  ): Promise<Market> {
    const saleItems = requests.flatMap(({ body }) => body.items).filter(isSaleItem);
    if (saleItems.length === 0) return { prices, sales: new Map(), bought: new Map() };
    const sales = await this.sales.find(tx, [...new Set(pluck(saleItems, 'saleId'))]);
    const wanted = requests.flatMap(({ customerId, body }) => purchasesOf(customerId, body.items));
    const open = wanted.filter(({ saleId }) => sales.get(saleId)?.status === 'OPEN');
    return { prices, sales, bought: await this.purchases.lockPurchases(tx, open) };
  }
}

/**
 * A request expires a little before its `acceptBy`. A gateway of the previous release sends a duration instead, which counts from
 * when this process received the request.
 */
function withExpiry({ request, until }: Waiting, now: number): IncomingRequest {
  const { acceptBy, expiresInMs } = request;
  if (acceptBy !== undefined) return { ...request, expiresAt: acceptBy - TIME_LEFT_MIN_MS };
  return { ...request, expiresAt: expiresInMs === undefined ? Infinity : now + until - performance.now() };
}

const toCheckout = ({
  order,
  idempotencyKey,
  method,
  traceparent,
  isFromCart,
}: NewOrder): NewSaga<OrderSagaData> => ({
  id: order.id,
  data: {
    orderId: order.id,
    customerId: order.customerId,
    idempotencyKey,
    ...(isFromCart && { isFromCart }),
    lines: order.lines.map(({ unitPrice: _unitPrice, ...line }) => line),
    total: order.total,
    method,
    traceparent,
  },
});

const startAcceptanceSpan = ({ traceparent, body }: PlaceOrderRequest): Span | undefined =>
  startSpan(traceparent, 'accept order', {
    kind: SpanKind.SERVER,
    attributes: { 'doorbuster.order.lines': body.items.length },
  });

function recordAnswer(span: Span | undefined, answer: Answer): void {
  if (answer === BUSY) return;
  if (answer.ok) span?.setAttribute('doorbuster.order.id', answer.value.id);
  else span?.setAttribute('doorbuster.refusal', answer.error.code);
}

/** A repeated request finds an order whose saga has started already, so the span of the first request counts. */
function spansByOrder(batch: readonly Waiting[], replies: readonly Reply<Order>[]): Map<string, Span> {
  const spans = new Map<string, Span>();
  replies.forEach((reply, i) => {
    const span = batch[i]?.span;
    if (span && reply.ok && !spans.has(reply.value.id)) spans.set(reply.value.id, span);
  });
  return spans;
}
