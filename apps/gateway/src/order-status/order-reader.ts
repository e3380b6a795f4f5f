import { getOrder, type Actor, type Order } from '@doorbuster/contracts';
import { Batcher } from '@doorbuster/messaging';
import { Injectable } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import { RpcClient } from '../rpc/rpc-client.js';

const LAST_LOOK_DEADLINE_MS = 1_000;
/** After a gap the orders service may come back later than we do. */
const PAUSES_AFTER_GAP_MS = [0, 500, 1_000, 2_000, 4_000];
/** Everybody who waits asks at the same moment otherwise, and of those so many are asked for at once. */
const SPREAD_MS = 500;
const AT_ONCE = 32;
/** As many as may wait for an order. */
const QUEUE_MAX = 25_000;

interface Question {
  actor: Actor;
  orderId: string;
  isEnded: () => boolean;
}

/** Asks how an order stands, when hearing of it is not enough. */
@Injectable()
export class OrderLookup {
  private readonly afterGaps = new Batcher<Question, Order | undefined>(
    (questions) => Promise.all(questions.map(({ actor, orderId }) => this.glance(actor, orderId))),
    { batchMax: AT_ONCE, queueMax: QUEUE_MAX, isStale: ({ isEnded }) => isEnded() },
  );

  constructor(private readonly rpc: RpcClient) {}

  /** @throws {ProblemException} ORDER_NOT_FOUND, also for another customer's order */
  get(actor: Actor, orderId: string): Promise<Order> {
    return this.rpc.call(getOrder, { actor, orderId });
  }

  /** One quick look; `undefined` when nobody answers. */
  glance(actor: Actor, orderId: string): Promise<Order | undefined> {
    return this.rpc.call(getOrder, { actor, orderId }, LAST_LOOK_DEADLINE_MS).catch(() => undefined);
  }

  /** Asks a few times, until somebody answers or nobody wants to know any more. */
  async afterGap(actor: Actor, orderId: string, isEnded: () => boolean): Promise<Order | undefined> {
    for (const pauseMs of PAUSES_AFTER_GAP_MS) {
      await sleep(pauseMs + Math.random() * SPREAD_MS, undefined, { ref: false });
      if (isEnded()) return undefined;
      // What is given up in the queue needs no answer any more.
      const order = await this.afterGaps.add({ actor, orderId, isEnded }).catch(() => undefined);
      if (order) return order;
    }
    return undefined;
  }
}
