import { getOrder, type Actor, type Order } from '@doorbuster/contracts';
import { Inject, Injectable } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import { Queries } from '../queries/queries.js';

const LAST_LOOK_DEADLINE_MS = 1_000;
/** After a gap the orders service may come back later than we do. */
const PAUSES_AFTER_GAP_MS = [0, 500, 1_000, 2_000, 4_000];
/** Everybody who waits asks at the same moment otherwise. */
const SPREAD_MS = 500;

/** Asks how an order stands, when hearing of it is not enough. */
@Injectable()
export class OrderLookup {
  constructor(@Inject(Queries) private readonly queries: Queries) {}

  /** @throws {ProblemException} ORDER_NOT_FOUND, also for another customer's order */
  get(actor: Actor, orderId: string): Promise<Order> {
    return this.queries.ask(getOrder, { actor, orderId });
  }

  /** One quick look; `undefined` when nobody answers. */
  glance(actor: Actor, orderId: string): Promise<Order | undefined> {
    return this.queries.ask(getOrder, { actor, orderId }, LAST_LOOK_DEADLINE_MS).catch(() => undefined);
  }

  /** Asks a few times, until somebody answers or nobody wants to know any more. */
  async afterGap(actor: Actor, orderId: string, isEnded: () => boolean): Promise<Order | undefined> {
    for (const pauseMs of PAUSES_AFTER_GAP_MS) {
      await sleep(pauseMs + Math.random() * SPREAD_MS, undefined, { ref: false });
      if (isEnded()) return undefined;
      const order = await this.glance(actor, orderId);
      if (order) return order;
    }
    return undefined;
  }
}
