import { setTimeout as sleep } from 'node:timers/promises';
import {
  findPlacedOrders,
  PLACE_ORDERS_MAX,
  type PlaceOrderRequest,
  type PlacingOutcome,
} from '@doorbuster/contracts';
import { Batcher } from '@doorbuster/messaging';
import { Injectable } from '@nestjs/common';
import { RpcClient } from '../rpc/rpc-client.js';

/** Short, so that a hung replica leaves time to try another one. */
const ATTEMPT_MS = 600;
const PAUSE_MS = 100;
const QUEUE_MAX = 4_096;
const CONCURRENCY = 4;

/** Looks up whether orders without an answer were placed. */
@Injectable()
export class PlacedOrderLookup {
  private readonly batcher = new Batcher<PlaceOrderRequest, PlacingOutcome>(
    (requests) => this.rpc.call(findPlacedOrders, { requests }, ATTEMPT_MS),
    { batchMax: PLACE_ORDERS_MAX, queueMax: QUEUE_MAX, concurrency: CONCURRENCY },
  );

  constructor(private readonly rpc: RpcClient) {}

  /** The final outcome; OPEN when it is still unknown after `ms`. */
  async find(request: PlaceOrderRequest, ms: number): Promise<PlacingOutcome> {
    for (const until = performance.now() + ms; performance.now() < until; await sleep(PAUSE_MS)) {
      const found = await this.batcher.add(request).catch(() => undefined);
      if (found && found.outcome !== 'OPEN') return found;
    }
    return { outcome: 'OPEN' };
  }
}
