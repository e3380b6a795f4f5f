import type { Actor, Order, OrderStatus } from '@doorbuster/contracts';
import { Injectable, type MessageEvent } from '@nestjs/common';
import { metrics } from '@opentelemetry/api';
import { Observable, type Subscriber } from 'rxjs';
import { Tally } from '../edge/limits.js';
import { ProblemException } from '../problem/problem.exception.js';
import { OrderStatusSubscriber } from './order-status-subscriber.js';
import { OrderReader } from './order-reader.js';

const STREAMS_MAX = 5_000;
/** A customer follows a few orders at once, on a few devices. */
const STREAMS_PER_CUSTOMER_MAX = 20;
/** Half of all streams, so that one address cannot take them all. Many customers may share an address. */
const STREAMS_PER_ADDRESS_MAX = STREAMS_MAX / 2;
/** Proxies close a connection that is silent for a minute. */
const HEARTBEAT_MS = 15_000;
/** A stream ends after one of these. */
const LAST: readonly OrderStatus[] = ['CONFIRMED', 'REJECTED', 'CANCELLED'];
/** While a confirmed order is being cancelled, CONFIRMED is not the last. */
const LAST_WHEN_CANCELLING: readonly OrderStatus[] = ['REJECTED', 'CANCELLED'];

const openStreams = metrics.getMeter('doorbuster.gateway').createUpDownCounter('doorbuster.sse.open', {
  description: 'Event streams of orders (SSE) that are open.',
  unit: '{stream}',
});

interface OrderState {
  status: OrderStatus;
  reason: string | null;
  at: string;
}

/** An order as server-sent events: its status now, then each change, until the last one. */
@Injectable()
export class OrderEventStream {
  private open = 0;
  private readonly byCustomer = new Tally(STREAMS_PER_CUSTOMER_MAX);
  private readonly byNetwork = new Tally(STREAMS_PER_ADDRESS_MAX);

  constructor(
    private readonly statuses: OrderStatusSubscriber,
    private readonly orders: OrderReader,
  ) {}

  /**
   * @param ended resolves when the request has ended
   * @throws {ProblemException} ORDER_NOT_FOUND, TOO_MANY_STREAMS of this caller, or SERVICE_UNAVAILABLE with too many in all
   */
  async of(
    actor: Actor,
    orderId: string,
    { network, ended }: { network: string; ended: Promise<unknown> },
  ): Promise<Observable<MessageEvent>> {
    this.take(actor.customerId, network);
    void ended.then(() => this.give(actor.customerId, network));
    // Before the stream begins, a refusal can still be a problem document.
    const order = await this.orders.get(actor, orderId);
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
    const send = inOrder(order.id, order.cancelling ? LAST_WHEN_CANCELLING : LAST, subscriber);
    const resync = (): void => {
      void this.orders
        .resync(actor, order.id, () => subscriber.closed)
        .then((now) => now && send(stateOf(now)));
    };
    const unwatch = this.statuses.watch(order.id, {
      changed: send,
      gap: resync,
      closed: () => subscriber.complete(),
    });
    const heartbeat = setInterval(() => subscriber.next({ comment: 'still here' }), HEARTBEAT_MS);
    send(stateOf(order));
    // A change between the read and `watch` is here.
    const last = this.statuses.lastOf(order.id);
    if (last) send(last);
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

const stateOf = ({ status, reason, updatedAt }: Order): OrderState => ({ status, reason, at: updatedAt });

/** Order of the statuses. Times cannot be compared, because replicas have different clocks. */
const RANK: Record<OrderStatus, number> = { PENDING: 0, CONFIRMED: 1, REJECTED: 1, CANCELLED: 2 };

/** Sends each status once and none after a later one. Ends the stream after a last one. */
function inOrder(
  orderId: string,
  lasts: readonly OrderStatus[],
  subscriber: Subscriber<MessageEvent>,
): (state: OrderState) => void {
  let last: OrderState | undefined;
  return ({ status, reason, at }) => {
    if (last && RANK[status] <= RANK[last.status]) return;
    last = { status, reason, at };
    subscriber.next({ type: 'status', id: at, data: { orderId, status, reason, at } });
    if (lasts.includes(status)) subscriber.complete();
  };
}
