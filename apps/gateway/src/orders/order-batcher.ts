import {
  PLACE_ORDERS_MAX,
  placeOrders,
  type Order,
  type PlaceOrderRequest,
  type Reply,
} from '@doorbuster/contracts';
import { Batcher } from '@doorbuster/messaging';
import { Injectable } from '@nestjs/common';
import { ProblemException } from '../problem/problem.exception.js';
import { RpcClient } from '../rpc/rpc-client.js';
import { HedgePolicy } from './hedge-policy.js';

/** Asked once more after this time, whatever the budget says: the broker sends nothing to a replica that hung for 4 s. */
const RETRY_AFTER_MS = 4_200;
const QUEUE_MAX = 4_096;
/** Batches in flight. More than one, so that a batch lost with a crashed replica does not hold up the others. */
const CONCURRENCY = 8;

/** An order with less time left than this is not sent: orders would refuse it. */
const LEAST_MS = 500;

/** An order on its way. Times are of this process's monotonic clock, in milliseconds. */
export interface PendingOrder {
  request: PlaceOrderRequest;
  /** Not accepted after this. */
  acceptUntil: number;
  /** A replica was asked that has not answered: it may accept the order as long as there is time. */
  isUnanswered: boolean;
}

/**
 * Hands orders over to the orders service: those that come while others are on their way go together. A batch that is not
 * answered soon is handed to another replica, too. The keys make that safe: whichever comes first makes the order.
 */
@Injectable()
export class OrderDispatcher {
  private readonly hedges = new HedgePolicy(() => performance.now());
  private readonly batcher = new Batcher<PendingOrder, Reply<Order>>((pending) => this.handOver(pending), {
    batchMax: PLACE_ORDERS_MAX,
    queueMax: QUEUE_MAX,
    concurrency: CONCURRENCY,
    isStale: ({ acceptUntil }) => acceptUntil - LEAST_MS <= performance.now(),
  });

  constructor(private readonly rpc: RpcClient) {}

  /**
   * The first reply. While `isUnanswered`, another replica may still accept what one refused.
   *
   * @throws {ProblemException} why there is no reply
   * @throws {StaleItemError | QueueFullError} it was not handed over
   */
  dispatch(pending: PendingOrder): Promise<Reply<Order>> {
    return this.batcher.add(pending);
  }

  private handOver(pending: PendingOrder[]): Promise<Reply<Order>[]> {
    const { promise, resolve, reject } = Promise.withResolvers<Reply<Order>[]>();
    let unanswered = 0;
    let isLost = false;
    const markUnanswered = (): void => {
      for (const each of pending) each.isUnanswered ||= unanswered > 0 || isLost;
    };
    const attempt = async (): Promise<void> => {
      unanswered += 1;
      try {
        const replies = await this.ask(pending);
        unanswered -= 1;
        markUnanswered();
        resolve(replies);
      } catch (error) {
        unanswered -= 1;
        isLost ||= isTimeout(error);
        markUnanswered();
        // Refused before anything was done; another one may do it.
        if (unanswered === 0) reject(error);
      }
    };
    this.hedges.asked(pending.length);
    void attempt();
    const hedge = setTimeout(
      () => this.hedges.take(pending.length) && void attempt(),
      Math.min(this.hedges.delayMs, RETRY_AFTER_MS / 2),
    );
    const retry = setTimeout(() => void attempt(), RETRY_AFTER_MS);
    return promise.finally(() => {
      clearTimeout(hedge);
      clearTimeout(retry);
    });
  }

  private async ask(pending: readonly PendingOrder[]): Promise<Reply<Order>[]> {
    const askedAt = performance.now();
    const requests = pending.map(({ request, acceptUntil }) => ({
      ...request,
      expiresInMs: Math.max(0, Math.floor(acceptUntil - askedAt)),
    }));
    const untilMs = Math.max(...pending.map(({ acceptUntil }) => acceptUntil)) - askedAt;
    const replies = await this.rpc.call(placeOrders, { requests }, Math.max(1, untilMs));
    this.hedges.answered(performance.now() - askedAt);
    return replies;
  }
}

/** There was no answer, or the service does not know whether its commit succeeded. */
const isTimeout = (error: unknown): boolean =>
  error instanceof ProblemException && error.code === 'SERVICE_TIMEOUT';
