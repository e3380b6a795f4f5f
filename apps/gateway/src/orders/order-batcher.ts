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

/** Minimum delay before the second attempt: most answers take a few milliseconds. */
const HEDGE_MS_MIN = 500;
/** An answer is late when it takes this many times the average. */
const LATE_FACTOR = 3;
/** Weight of the latest answer in the moving average. */
const WEIGHT = 0.1;
/** Budget for second attempts: a share of all requests, and this many a second on top. */
const SHARE = 0.25;
const PER_SECOND = 20;
const BUDGET_MAX = 256;

/**
 * When to send a batch to a second replica because the first one does not answer. Under overload every answer is late,
 * and second attempts would make it worse. So late is relative to the average, and second attempts have a budget.
 */
export class HedgePolicy {
  private averageMs = 0;
  private budget = BUDGET_MAX;
  private refilledAt: number;

  /** @param now a monotonic clock in milliseconds */
  constructor(private readonly now: () => number) {
    this.refilledAt = now();
  }

  /** Time to wait for the first answer. */
  get delayMs(): number {
    return Math.max(HEDGE_MS_MIN, LATE_FACTOR * this.averageMs);
  }

  /** Records how long an answer took. */
  answered(ms: number): void {
    this.averageMs += WEIGHT * (ms - this.averageMs);
  }

  /** Records the first attempt for this many requests. */
  asked(requests: number): void {
    this.refill(SHARE * requests);
  }

  /** Takes a second attempt for this many requests from the budget. @returns whether it had enough */
  take(requests: number): boolean {
    this.refill(0);
    if (this.budget < requests) return false;
    this.budget -= requests;
    return true;
  }

  private refill(share: number): void {
    const now = this.now();
    const seconds = (now - this.refilledAt) / 1_000;
    this.refilledAt = now;
    this.budget = Math.min(BUDGET_MAX, this.budget + share + PER_SECOND * seconds);
  }
}

/** Time of another attempt that needs no budget: the broker sends nothing to a replica that hung for 4 s. */
const RETRY_AFTER_MS = 4_200;
const QUEUE_MAX = 4_096;
/** Batches in flight. More than one, so that a batch lost with a crashed replica does not delay the others. */
const CONCURRENCY = 8;

/** Orders with less time left are not sent: the orders service would refuse them. */
const LEAST_MS = 500;

/** An order on its way. Times are of this process's monotonic clock, in milliseconds. */
export interface PendingOrder {
  request: PlaceOrderRequest;
  /** Accept-by time. */
  acceptUntil: number;
  /** Whether a replica has not answered: it may accept the order until its accept-by time. */
  isUnanswered: boolean;
}

/**
 * Sends orders to the orders service. Orders that arrive while others are in flight share a batch. A batch without an
 * answer is sent to another replica too, which is safe: the idempotency keys make one order of both.
 */
@Injectable()
export class OrderBatcher {
  private readonly hedges = new HedgePolicy(() => performance.now());
  private readonly batcher = new Batcher<PendingOrder, Reply<Order>>((pending) => this.send(pending), {
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
   * @throws {StaleItemError | QueueFullError} it was not sent
   */
  place(pending: PendingOrder): Promise<Reply<Order>> {
    return this.batcher.add(pending);
  }

  private send(pending: PendingOrder[]): Promise<Reply<Order>[]> {
    const { promise, resolve, reject } = Promise.withResolvers<Reply<Order>[]>();
    let unanswered = 0;
    let isLost = false;
    const markUnanswered = (): void => {
      for (const each of pending) each.isUnanswered ||= unanswered > 0 || isLost;
    };
    const attempt = async (): Promise<void> => {
      unanswered += 1;
      try {
        const replies = await this.call(pending);
        unanswered -= 1;
        markUnanswered();
        resolve(replies);
      } catch (error) {
        unanswered -= 1;
        isLost ||= isTimeout(error);
        markUnanswered();
        // While another attempt is in flight, that one may succeed.
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

  private async call(pending: readonly PendingOrder[]): Promise<Reply<Order>[]> {
    const sentAt = performance.now();
    const requests = pending.map(({ request, acceptUntil }) => ({
      ...request,
      expiresInMs: Math.max(0, Math.floor(acceptUntil - sentAt)),
    }));
    const untilMs = Math.max(...pending.map(({ acceptUntil }) => acceptUntil)) - sentAt;
    const replies = await this.rpc.call(placeOrders, { requests }, Math.max(1, untilMs));
    this.hedges.answered(performance.now() - sentAt);
    return replies;
  }
}

/** True when the attempt may have placed the orders: no answer, or a commit whose result the service does not know. */
const isTimeout = (error: unknown): boolean =>
  error instanceof ProblemException && error.code === 'SERVICE_TIMEOUT';
