import { setTimeout as sleep } from 'node:timers/promises';
import {
  cancelOrder,
  type Actor,
  type Order,
  type PlaceOrderBody,
  type PlaceOrderRequest,
  type Reply,
} from '@doorbuster/contracts';
import { QueueFullError, StaleItemError } from '@doorbuster/messaging';
import { Injectable } from '@nestjs/common';
import { Admission } from '../edge/admission.js';
import { OrderOutcomeWaiter, type OutcomeWait } from '../order-status/order-status-subscriber.js';
import { problemOf, ProblemException } from '../problem/problem.exception.js';
import { Changes } from '../rpc/changes.js';
import { DatabaseClock } from '../rpc/database-clock.js';
import { AcceptedRequestIndex, SoldOutGate } from '../sold-out/sold-out-gate.js';
import { OrderBatcher, type PendingOrder } from './order-batcher.js';
import { PlacedOrderLookup } from './placed-order-lookup.js';

/** Accept-by time of an order, by the clock of the orders service's database. */
const ACCEPTANCE_MS = 6_000;
/** Time after that to look up an order without an answer. So a buyer gets an answer within 8 s. */
const LOOKUP_MS = 1_800;
/** A new product may not have a price at the orders service yet, so an unknown SKU is tried again for this time. */
const PRICE_WAIT_MS = 1_000;
const PRICE_POLL_MS = 100;
const PRICE_WAITERS_MAX = 64;

/**
 * Places orders. An order has an accept-by time; an order without an answer by then is looked up. The answer says that
 * the outcome is unknown only when no replica answers the lookup either.
 */
@Injectable()
export class OrderPlacer {
  private priceWaiters = 0;

  constructor(
    private readonly batcher: OrderBatcher,
    private readonly lookup: PlacedOrderLookup,
    private readonly clock: DatabaseClock,
  ) {}

  /** @throws {ProblemException} the refusal */
  async place(request: Omit<PlaceOrderRequest, 'acceptBy' | 'expiresInMs'>): Promise<Order> {
    const acceptUntil = performance.now() + ACCEPTANCE_MS;
    const acceptBy = await this.clock.deadline('orders', ACCEPTANCE_MS);
    const pending = { request: { ...request, acceptBy }, acceptUntil, isUnanswered: false };
    const reply = await this.certainReply(pending);
    if (reply.ok) return reply.value;
    throw problemOf(reply.error);
  }

  /** @throws {ProblemException} SERVICE_TIMEOUT that says whether an order was made, or why it cannot be sent */
  private async certainReply(pending: PendingOrder): Promise<Reply<Order>> {
    const answer = this.reply(pending);
    const first = await firstReply(answer, pending);
    if (first && isCertain(first, pending)) return first;
    // One replica may have refused it while another has not answered. The outcome is final after the accept-by time.
    await sleep(Math.max(0, pending.acceptUntil - performance.now()));
    return Promise.race([late(answer), this.lookUp(pending.request, first)]);
  }

  private async lookUp(request: PlaceOrderRequest, refusal: Reply<Order> | undefined): Promise<Reply<Order>> {
    const found = await this.lookup.find(request, LOOKUP_MS);
    switch (found.outcome) {
      case 'PLACED':
        return found.reply;
      case 'NONE':
        return refusal && !isLate(refusal) ? refusal : Promise.reject(notInTime());
      case 'OPEN':
        throw new ProblemException(
          'SERVICE_TIMEOUT',
          'It is not known whether the order was made. Send the same request with the same Idempotency-Key: it finds the order, or makes it.',
        );
    }
  }

  private async reply(pending: PendingOrder): Promise<Reply<Order>> {
    const reply = await this.send(pending);
    if (!isUnknownSku(reply) || this.priceWaiters >= PRICE_WAITERS_MAX) return reply;
    this.priceWaiters += 1;
    return this.placeOncePriced(pending).finally(() => (this.priceWaiters -= 1));
  }

  private async placeOncePriced(pending: PendingOrder): Promise<Reply<Order>> {
    const deadline = performance.now() + PRICE_WAIT_MS;
    for (;;) {
      await sleep(PRICE_POLL_MS);
      const reply = await this.send(pending);
      if (!isUnknownSku(reply) || performance.now() > deadline) return reply;
    }
  }

  private async send(pending: PendingOrder): Promise<Reply<Order>> {
    try {
      return await this.batcher.place(pending);
    } catch (error) {
      if (error instanceof StaleItemError) throw notInTime();
      if (!(error instanceof QueueFullError)) throw error;
      throw new ProblemException(
        'SERVICE_UNAVAILABLE',
        'Too many orders are waiting. Try again in a moment.',
      );
    }
  }
}

const notInTime = (): ProblemException =>
  new ProblemException(
    'SERVICE_TIMEOUT',
    'No order was made: it could not be accepted in time. Try again in a moment.',
  );

/**
 * The reply; `undefined` when there is none by the accept-by time, or when it was lost with an attempt.
 *
 * @throws why the order could not be sent
 */
function firstReply(answer: Promise<Reply<Order>>, pending: PendingOrder): Promise<Reply<Order> | undefined> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, Math.max(0, pending.acceptUntil - performance.now()), undefined);
    answer
      .then(resolve, (error: unknown) => (pending.isUnanswered ? resolve(undefined) : reject(error)))
      .finally(() => clearTimeout(timer));
  });
}

/** Resolves with the order if its reply still comes. Otherwise it stays pending, and never rejects. */
const late = (answer: Promise<Reply<Order>>): Promise<Reply<Order>> =>
  new Promise((resolve) => {
    answer.then(
      (reply) => reply.ok && resolve(reply),
      () => undefined,
    );
  });

/** Whether the reply is final: no replica without an answer can contradict it. */
function isCertain(reply: Reply<Order>, { isUnanswered }: PendingOrder): boolean {
  if (reply.ok || reply.error.code === 'IDEMPOTENCY_KEY_REUSED') return true;
  return !isUnanswered && !isLate(reply);
}

const isLate = (reply: Reply<Order>): boolean => !reply.ok && reply.error.code === 'SERVICE_TIMEOUT';

const isUnknownSku = (reply: Reply<Order>): boolean => !reply.ok && reply.error.code === 'UNKNOWN_SKU';

const SETTLED = ['CONFIRMED', 'REJECTED', 'CANCELLED'] as const;
const CANCELLATION_OVER = ['CANCELLED', 'REJECTED'] as const;

export interface CheckoutRequest {
  actor: Actor;
  /** The caller's network, from `networkOf`. */
  network: string;
  traceparent: string;
  /** Time to wait for the outcome; `undefined` without `Prefer: wait`. */
  waitSeconds: number | undefined;
}

type NewOrder = Pick<PlaceOrderRequest, 'idempotencyKey' | 'body' | 'acceptedPrices'>;

export interface CheckoutResult {
  order: Order;
  /** The wait that was honoured; `undefined` when there was none. */
  waitSeconds: number | undefined;
  /** SKUs of which less is left than was asked for, of an order that was rejected for it; only of a cart. */
  soldOut?: string[] | undefined;
}

/** Places and cancels orders, and waits for their outcome. */
@Injectable()
export class CheckoutService {
  constructor(
    private readonly admission: Admission,
    private readonly gate: SoldOutGate,
    private readonly requests: AcceptedRequestIndex,
    private readonly placer: OrderPlacer,
    private readonly changes: Changes,
    private readonly outcomes: OrderOutcomeWaiter,
  ) {}

  /** @throws {ProblemException} the order was not placed */
  async place(
    request: CheckoutRequest,
    idempotencyKey: string,
    body: PlaceOrderBody,
  ): Promise<CheckoutResult> {
    return this.outcomeOf(request, await this.accept(request, { idempotencyKey, body }));
  }

  /**
   * The order of this key, without its outcome.
   * @throws {ProblemException} the order was not placed
   */
  async accept(
    { actor: { customerId }, network, traceparent }: CheckoutRequest,
    { idempotencyKey, body, acceptedPrices }: NewOrder,
  ): Promise<Order> {
    const request = { customerId, idempotencyKey, body, acceptedPrices, traceparent };
    const holder = { customerId, network };
    if (!this.requests.hasOrder(request)) this.admission.assertMayHold(holder);
    this.gate.assertAvailable(request);
    const order = await this.admission.admit(holder, () => this.placer.place(request));
    this.requests.accepted(request);
    this.gate.follow(order);
    return order;
  }

  /** The accepted order with its outcome, if the request waits for it. */
  outcomeOf({ actor, network, waitSeconds }: CheckoutRequest, order: Order): Promise<CheckoutResult> {
    return this.waitFor({ actor, network, order, until: SETTLED }, waitSeconds);
  }

  async cancel(
    { actor, network, traceparent, waitSeconds }: CheckoutRequest,
    orderId: string,
  ): Promise<CheckoutResult> {
    const order = await this.changes.make(cancelOrder, { actor, orderId, traceparent });
    return this.waitFor({ actor, network, order, until: CANCELLATION_OVER }, waitSeconds);
  }

  private async waitFor(
    wait: Omit<OutcomeWait, 'waitMs'>,
    waitSeconds: number | undefined,
  ): Promise<CheckoutResult> {
    const { order } = wait;
    if (waitSeconds === undefined) return { order, waitSeconds };
    const settled = await this.outcomes.of({ ...wait, waitMs: waitSeconds * 1_000 });
    return settled ? { order: settled, waitSeconds } : { order, waitSeconds: undefined };
  }
}
