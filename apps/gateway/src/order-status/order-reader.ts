import { setTimeout as sleep } from 'node:timers/promises';
import { getOrder, type Actor, type Order } from '@doorbuster/contracts';
import { Batcher } from '@doorbuster/messaging';
import { Injectable } from '@nestjs/common';
import { RpcClient } from '../rpc/rpc-client.js';

const TRY_DEADLINE_MS = 1_000;
/** Pauses between the attempts of a resync: the orders service may come back later than the gateway. */
const RESYNC_PAUSES_MS = [0, 500, 1_000, 2_000, 4_000];
/** Random delay up to 500 ms, 32 at a time, so waiters do not all query at once. */
const SPREAD_MS = 500;
const AT_ONCE = 32;
/** As many as may wait for an order. */
const QUEUE_MAX = 25_000;

interface Read {
  actor: Actor;
  orderId: string;
  isEnded: () => boolean;
}

/** Reads orders from the orders service. */
@Injectable()
export class OrderReader {
  private readonly resyncs = new Batcher<Read, Order | undefined>(
    (reads) => Promise.all(reads.map(({ actor, orderId }) => this.tryGet(actor, orderId))),
    { batchMax: AT_ONCE, queueMax: QUEUE_MAX, isStale: ({ isEnded }) => isEnded() },
  );

  constructor(private readonly rpc: RpcClient) {}

  /** @throws {ProblemException} ORDER_NOT_FOUND, also for another customer's order */
  get(actor: Actor, orderId: string): Promise<Order> {
    return this.rpc.call(getOrder, { actor, orderId });
  }

  /** One attempt with a short deadline; `undefined` without an answer. */
  tryGet(actor: Actor, orderId: string): Promise<Order | undefined> {
    return this.rpc.call(getOrder, { actor, orderId }, TRY_DEADLINE_MS).catch(() => undefined);
  }

  /** Reads the order after events may have been lost: several attempts, until one succeeds or `isEnded`. */
  async resync(actor: Actor, orderId: string, isEnded: () => boolean): Promise<Order | undefined> {
    for (const pauseMs of RESYNC_PAUSES_MS) {
      await sleep(pauseMs + Math.random() * SPREAD_MS, undefined, { ref: false });
      if (isEnded()) return undefined;
      // The queue rejects a read that has ended.
      const order = await this.resyncs.add({ actor, orderId, isEnded }).catch(() => undefined);
      if (order) return order;
    }
    return undefined;
  }
}
