import { setTimeout as sleep } from 'node:timers/promises';
import {
  PLACE_ORDERS_MAX,
  placeOrders,
  type Order,
  type PlaceOrderRequest,
  type Reply,
} from '@doorbuster/contracts';
import { Batcher, QueueFullError } from '@doorbuster/messaging';
import { Inject, Injectable } from '@nestjs/common';
import { ProblemException } from '../../problem/problem.exception.js';
import { Queries } from '../../queries/queries.js';

/** A replica that dies takes its requests along; asked again, another one knows which of them it had accepted. */
const ATTEMPT_DEADLINE_MS = 4_000;
const ATTEMPTS_MAX = 2;
const QUEUE_MAX = 4_096;
/** One that is lost with a crashed replica must not hold up the others. */
const CONCURRENCY = 8;
/** A product made a moment ago may still be on its way to where orders are priced. */
const PRICE_WAIT_MS = 1_000;
const PRICE_POLL_MS = 100;
const PRICE_WAITERS_MAX = 64;

/** Hands orders over: those that come while others are on their way go together. */
@Injectable()
export class OrderIntake {
  private readonly batcher = new Batcher<PlaceOrderRequest, Reply<Order>>(
    (requests) => this.handOver(requests),
    { batchMax: PLACE_ORDERS_MAX, queueMax: QUEUE_MAX, concurrency: CONCURRENCY },
  );
  private priceWaiters = 0;

  constructor(@Inject(Queries) private readonly queries: Queries) {}

  /** @throws {ProblemException} the refusal */
  async place(request: PlaceOrderRequest): Promise<Order> {
    let reply = await this.add(request);
    if (isUnknownSku(reply) && this.priceWaiters < PRICE_WAITERS_MAX) {
      this.priceWaiters += 1;
      reply = await this.placeOncePriced(request).finally(() => (this.priceWaiters -= 1));
    }
    if (reply.ok) return reply.value;
    throw new ProblemException(reply.error.code, reply.error.detail);
  }

  private async handOver(requests: PlaceOrderRequest[]): Promise<Reply<Order>[]> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.queries.ask(placeOrders, { requests }, ATTEMPT_DEADLINE_MS);
      } catch (error) {
        const isLost = error instanceof ProblemException && error.code === 'SERVICE_TIMEOUT';
        if (!isLost || attempt === ATTEMPTS_MAX) throw error;
      }
    }
  }

  private async placeOncePriced(request: PlaceOrderRequest): Promise<Reply<Order>> {
    const deadline = Date.now() + PRICE_WAIT_MS;
    for (;;) {
      await sleep(PRICE_POLL_MS);
      const reply = await this.add(request);
      if (!isUnknownSku(reply) || Date.now() > deadline) return reply;
    }
  }

  private async add(request: PlaceOrderRequest): Promise<Reply<Order>> {
    try {
      return await this.batcher.add(request);
    } catch (error) {
      if (!(error instanceof QueueFullError)) throw error;
      throw new ProblemException(
        'SERVICE_UNAVAILABLE',
        'Too many orders are waiting. Try again in a moment.',
      );
    }
  }
}

const isUnknownSku = (reply: Reply<Order>): boolean => !reply.ok && reply.error.code === 'UNKNOWN_SKU';
