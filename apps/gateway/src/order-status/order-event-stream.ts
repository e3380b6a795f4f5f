import type { Actor, Order, OrderStatus } from '@doorbuster/contracts';
import { Injectable, type MessageEvent } from '@nestjs/common';
import { Observable, type Subscriber } from 'rxjs';
import { Tally } from '../edge/tally.js';
import { ProblemException } from '../problem/problem.exception.js';
import { openStreams } from '../order-feed/feed-metrics.js';
import { OrderFeed } from './order-status-subscriber.js';
import { OrderLookup } from './order-reader.js';

const STREAMS_MAX = 5_000;
/** A customer looks at a few orders at once, on a few devices. */
const STREAMS_PER_CUSTOMER_MAX = 20;
/** Half of all streams, so that one address cannot take them all. Many customers may share an address. */
const STREAMS_PER_ADDRESS_MAX = STREAMS_MAX / 2;
/** Proxies close what is silent for a minute. */
const HEARTBEAT_MS = 15_000;
/** After these comes nothing, unless a confirmed order is being cancelled. */
const LAST: readonly OrderStatus[] = ['CONFIRMED', 'REJECTED', 'CANCELLED'];
const LAST_WHEN_CANCELLING: readonly OrderStatus[] = ['REJECTED', 'CANCELLED'];

interface Seen {
  status: OrderStatus;
  reason: string | null;
  at: string;
}

/** The life of an order as server-sent events: where it stands, then each change, to the last. */
@Injectable()
export class OrderEvents {
  private open = 0;
  private readonly byCustomer = new Tally(STREAMS_PER_CUSTOMER_MAX);
  private readonly byNetwork = new Tally(STREAMS_PER_ADDRESS_MAX);

  constructor(
    private readonly feed: OrderFeed,
    private readonly lookup: OrderLookup,
  ) {}

  /**
   * @param ended tells that the request is over, however it ends
   * @throws {ProblemException} ORDER_NOT_FOUND, TOO_MANY_STREAMS of this caller, or SERVICE_UNAVAILABLE with too many
   */
  async of(
    actor: Actor,
    orderId: string,
    { network, ended }: { network: string; ended: Promise<unknown> },
  ): Promise<Observable<MessageEvent>> {
    this.take(actor.customerId, network);
    void ended.then(() => this.give(actor.customerId, network));
    // Refused here it is a problem document; once a stream has begun it could not be.
    const order = await this.lookup.get(actor, orderId);
    return new Observable((subscriber) => this.stream(actor, order, subscriber));
  }

  private take(customerId: string, network: string): void {
    if (this.open >= STREAMS_MAX) {
      throw new ProblemException(
        'SERVICE_UNAVAILABLE',
        'Too many event streams are open. Ask for the order instead.',
      );
    }
    if (!this.byCustomer.take(customerId)) throw tooManyStreams(STREAMS_PER_CUSTOMER_MAX, 'customer');
    if (!this.byNetwork.take(network)) {
      this.byCustomer.give(customerId);
      throw tooManyStreams(STREAMS_PER_ADDRESS_MAX, 'address');
    }
    this.open += 1;
  }

  private give(customerId: string, network: string): void {
    this.open -= 1;
    this.byCustomer.give(customerId);
    this.byNetwork.give(network);
  }

  private stream(actor: Actor, order: Order, subscriber: Subscriber<MessageEvent>): () => void {
    openStreams.add(1);
    const tell = singleFile(order.id, order.cancelling ? LAST_WHEN_CANCELLING : LAST, subscriber);
    const look = (): void => {
      void this.lookup
        .afterGap(actor, order.id, () => subscriber.closed)
        .then((now) => now && tell(stateOf(now)));
    };
    const unwatch = this.feed.watch(order.id, {
      changed: tell,
      gap: look,
      closed: () => subscriber.complete(),
    });
    const heartbeat = setInterval(() => subscriber.next({ comment: 'still here' }), HEARTBEAT_MS);
    tell(stateOf(order));
    // It may have changed between the first look and the watching.
    const heard = this.feed.lastOf(order.id);
    if (heard) tell(heard);
    return () => {
      openStreams.add(-1);
      clearInterval(heartbeat);
      unwatch();
    };
  }
}

const tooManyStreams = (max: number, whose: string): ProblemException =>
  new ProblemException(
    'TOO_MANY_STREAMS',
    `At most ${max} event streams of one ${whose}. Close some, or ask for the order instead.`,
  );

const stateOf = ({ status, reason, updatedAt }: Order): Seen => ({ status, reason, at: updatedAt });

/** How far along an order is. Times do not tell: replicas have clocks of their own. */
const RANK: Record<OrderStatus, number> = { PENDING: 0, CONFIRMED: 1, REJECTED: 1, CANCELLED: 2 };

/** Tells each status once, none after a later one, and ends after a last one. */
function singleFile(
  orderId: string,
  lasts: readonly OrderStatus[],
  subscriber: Subscriber<MessageEvent>,
): (seen: Seen) => void {
  let last: Seen | undefined;
  return ({ status, reason, at }) => {
    if (last && RANK[status] <= RANK[last.status]) return;
    last = { status, reason, at };
    subscriber.next({ type: 'status', id: at, data: { orderId, status, reason, at } });
    if (lasts.includes(status)) subscriber.complete();
  };
}
