import { setTimeout as sleep } from 'node:timers/promises';
import {
  PLACE_ORDERS_MAX,
  placeOrders,
  type Order,
  type PlaceOrderRequest,
  type Reply,
} from '@doorbuster/contracts';
import { Batcher, QueueFullError, StaleItemError } from '@doorbuster/messaging';
import { Inject, Injectable } from '@nestjs/common';
import { firstValueFrom, from, throwError, timeout } from 'rxjs';
import { ProblemException } from '../../problem/problem.exception.js';
import { Queries } from '../../queries/queries.js';

/** A buyer is told in this time, whatever happens. */
const ANSWER_DEADLINE_MS = 8_000;
/** What the orders service accepts until then is committed and answered before the buyer is told that it was not. */
const ACCEPTANCE_DEADLINE_MS = ANSWER_DEADLINE_MS - 1_000;
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

/** An order on its way, not to be accepted after `expiresAt`, which is a time of this process's clock. */
interface Pending {
  request: PlaceOrderRequest;
  expiresAt: number;
}

/** Hands orders over: those that come while others are on their way go together. */
@Injectable()
export class OrderIntake {
  private readonly batcher = new Batcher<Pending, Reply<Order>>((pending) => this.handOver(pending), {
    batchMax: PLACE_ORDERS_MAX,
    queueMax: QUEUE_MAX,
    concurrency: CONCURRENCY,
    isStale: ({ expiresAt }) => expiresAt <= Date.now(),
  });
  private priceWaiters = 0;

  constructor(@Inject(Queries) private readonly queries: Queries) {}

  /** @throws {ProblemException} the refusal */
  async place(request: PlaceOrderRequest): Promise<Order> {
    const pending = { request, expiresAt: Date.now() + ACCEPTANCE_DEADLINE_MS };
    const answer = from(this.reply(pending));
    const reply = await firstValueFrom(
      answer.pipe(timeout({ each: ANSWER_DEADLINE_MS, with: () => throwError(notInTime) })),
    );
    if (reply.ok) return reply.value;
    throw new ProblemException(reply.error.code, reply.error.detail);
  }

  private async reply(pending: Pending): Promise<Reply<Order>> {
    const reply = await this.add(pending);
    if (!isUnknownSku(reply) || this.priceWaiters >= PRICE_WAITERS_MAX) return reply;
    this.priceWaiters += 1;
    return this.placeOncePriced(pending).finally(() => (this.priceWaiters -= 1));
  }

  private async handOver(pending: Pending[]): Promise<Reply<Order>[]> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        const now = Date.now();
        const requests = pending.map(({ request, expiresAt }) => ({
          ...request,
          expiresInMs: Math.max(0, expiresAt - now),
        }));
        return await this.queries.ask(placeOrders, { requests }, ATTEMPT_DEADLINE_MS);
      } catch (error) {
        const isLost = error instanceof ProblemException && error.code === 'SERVICE_TIMEOUT';
        if (!isLost || attempt === ATTEMPTS_MAX) throw error;
      }
    }
  }

  private async placeOncePriced(pending: Pending): Promise<Reply<Order>> {
    const deadline = Date.now() + PRICE_WAIT_MS;
    for (;;) {
      await sleep(PRICE_POLL_MS);
      const reply = await this.add(pending);
      if (!isUnknownSku(reply) || Date.now() > deadline) return reply;
    }
  }

  private async add(pending: Pending): Promise<Reply<Order>> {
    try {
      return await this.batcher.add(pending);
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
  new ProblemException('SERVICE_TIMEOUT', 'The order could not be accepted in time. Try again in a moment.');

const isUnknownSku = (reply: Reply<Order>): boolean => !reply.ok && reply.error.code === 'UNKNOWN_SKU';
