import { setTimeout as sleep } from 'node:timers/promises';
import type { Order, PlaceOrderRequest, Reply } from '@doorbuster/contracts';
import { QueueFullError, StaleItemError } from '@doorbuster/messaging';
import { Injectable } from '@nestjs/common';
import { DatabaseClock } from '../rpc/database-clock.js';
import { ProblemException } from '../problem/problem.exception.js';
import { OrderDispatcher, type PendingOrder } from './order-batcher.js';
import { PlacedOrderLookup } from './placed-order-lookup.js';

/** Not accepted after this time, by the clock of the orders service's database. */
const ACCEPTANCE_MS = 6_000;
/** After that, for finding out what became of it: a buyer is told within 8 s, whatever happens. */
const LOOKUP_MS = 1_800;
/** A product made a moment ago may still be on its way to where orders are priced. */
const PRICE_WAIT_MS = 1_000;
const PRICE_POLL_MS = 100;
const PRICE_WAITERS_MAX = 64;

/**
 * Has orders placed, or says for certain that they were not. An order has a time by which it is accepted or not at all. What
 * was not answered by then is looked up. When no replica answers that either, the answer says that the outcome is unknown.
 */
@Injectable()
export class OrderIntake {
  private priceWaiters = 0;

  constructor(
    private readonly dispatcher: OrderDispatcher,
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
    throw new ProblemException(reply.error.code, reply.error.detail);
  }

  /** @throws {ProblemException} SERVICE_TIMEOUT that says whether an order was made, or why it cannot be handed over */
  private async certainReply(pending: PendingOrder): Promise<Reply<Order>> {
    const answer = this.reply(pending);
    const first = await firstReply(answer, pending);
    if (first && isCertain(first, pending)) return first;
    // One replica may have refused it while another has not answered yet. Its outcome is final once its time is over.
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
    const reply = await this.dispatch(pending);
    if (!isUnknownSku(reply) || this.priceWaiters >= PRICE_WAITERS_MAX) return reply;
    this.priceWaiters += 1;
    return this.placeOncePriced(pending).finally(() => (this.priceWaiters -= 1));
  }

  private async placeOncePriced(pending: PendingOrder): Promise<Reply<Order>> {
    const deadline = performance.now() + PRICE_WAIT_MS;
    for (;;) {
      await sleep(PRICE_POLL_MS);
      const reply = await this.dispatch(pending);
      if (!isUnknownSku(reply) || performance.now() > deadline) return reply;
    }
  }

  private async dispatch(pending: PendingOrder): Promise<Reply<Order>> {
    try {
      return await this.dispatcher.dispatch(pending);
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
 * The reply; `undefined` when there is none by the end of the order's time, or when it was lost with an attempt.
 *
 * @throws why it could not be handed over
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

/** Whether the reply is final: no replica that has not answered yet can contradict it. */
function isCertain(reply: Reply<Order>, { isUnanswered }: PendingOrder): boolean {
  if (reply.ok || reply.error.code === 'IDEMPOTENCY_KEY_REUSED') return true;
  return !isUnanswered && !isLate(reply);
}

const isLate = (reply: Reply<Order>): boolean => !reply.ok && reply.error.code === 'SERVICE_TIMEOUT';

const isUnknownSku = (reply: Reply<Order>): boolean => !reply.ok && reply.error.code === 'UNKNOWN_SKU';
