import {
  cartOrderChanged,
  ordersAccepted,
  orderStatusChanged,
  type OrderStatus,
} from '@doorbuster/contracts';
import { newEvent, type OutgoingEvent } from '@doorbuster/messaging';
import { afterCommit } from '@doorbuster/persistence';
import { formatReason, type SagaReason } from '@doorbuster/saga';
import type { AdvancedSaga, LocalDecision, MessageSaga, SagaStarter } from '@doorbuster/saga/nest';
import { LOGGER } from '@doorbuster/service';
import { traceFields, type Logger } from '@doorbuster/telemetry';
import { Inject, Injectable } from '@nestjs/common';
import { metrics } from '@opentelemetry/api';
import type { EntityManager } from 'typeorm';
import { changeStatus, statusWhenUndone } from '../orders/domain/order.state-machine.js';
import { purchasesOf } from '../sales/domain/sale-terms.js';
import { OrdersRepository } from '../orders/orders.repository.js';
import { SalePurchasesRepository } from '../sales/sale-purchases.repository.js';
import { cancellationId, type OrderSagaData } from '../orders/domain/order-saga.js';

const meter = metrics.getMeter('doorbuster.orders');
const accepted = meter.createCounter('doorbuster.orders.accepted', {
  description: 'Orders committed as PENDING.',
  unit: '{order}',
});
const checkouts = meter.createCounter('doorbuster.checkouts', {
  description: 'Orders that got a status after PENDING, by that status and the code of its reason.',
  unit: '{order}',
});

type OrderSaga = AdvancedSaga<OrderSagaData>;
export type OrderSagaDefinition = MessageSaga<OrderSagaData, keyof OrderDecisions>;

/** The local decisions of the order sagas. Each is one set-based change for all sagas of a batch. */
@Injectable()
export class OrderDecisions implements Record<keyof OrderDecisions, LocalDecision<OrderSagaData>> {
  constructor(
    private readonly orders: OrdersRepository,
    private readonly purchases: SalePurchasesRepository,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** Tells gateways which requests have an order from now on. */
  async acceptOrder(tx: EntityManager, sagas: readonly OrderSaga[]): Promise<OutgoingEvent[]> {
    // A saga that starts has both. Their types are optional because of stored sagas.
    const requests = sagas.flatMap(({ instance: { data } }) => {
      const { customerId, idempotencyKey } = data;
      return customerId === undefined || idempotencyKey === undefined ? [] : [{ customerId, idempotencyKey }];
    });
    const [first] = sagas;
    if (!first || requests.length === 0) return [];
    afterCommit(tx, () => accepted.add(requests.length));
    const { orderId, traceparent } = first.instance.data;
    return [
      newEvent(ordersAccepted, { subject: orderId, data: { requests }, traceparent }),
      ...sagas.flatMap(({ instance }) => cartEvents(instance.data, 'PENDING')),
    ];
  }

  /** The pivot of the checkout. */
  confirmOrder(tx: EntityManager, sagas: readonly OrderSaga[]): Promise<OutgoingEvent[]> {
    return this.changeStatuses(
      tx,
      sagas,
      (from) => changeStatus(from, 'CONFIRMED'),
      () => null,
    );
  }

  /** The checkout or the confirmed order was undone: a pending order is rejected, a confirmed one cancelled. */
  rejectOrCancelOrder(tx: EntityManager, sagas: readonly OrderSaga[]): Promise<OutgoingEvent[]> {
    return this.changeStatuses(tx, sagas, statusWhenUndone, reasonOf);
  }

  /** A cancellation that was accepted during the checkout starts once the checkout is complete. */
  async startRequestedCancellation(
    tx: EntityManager,
    sagas: readonly OrderSaga[],
    starter: SagaStarter<OrderSagaData>,
  ): Promise<OutgoingEvent[]> {
    const requested = sagas.filter(({ instance }) => instance.data.cancellation !== undefined);
    const [first] = requested;
    if (!first) return [];
    const cancellations = requested.map(({ instance: { data } }) => ({
      id: cancellationId(data.orderId),
      data: { ...data, traceparent: data.cancellation?.traceparent ?? data.traceparent },
    }));
    return starter.start(tx, 'cancellation', cancellations, first.at);
  }

  /** Changes the status of these sagas' orders, gives back what undone orders bought in sales, and announces it. */
  private async changeStatuses(
    tx: EntityManager,
    sagas: readonly OrderSaga[],
    next: (from: OrderStatus) => OrderStatus,
    because: (saga: OrderSaga) => SagaReason | null,
  ): Promise<OutgoingEvent[]> {
    const [first] = sagas;
    if (!first) return [];
    const byOrder = new Map(sagas.map((saga) => [saga.instance.data.orderId, saga]));
    const locked = await this.orders.lock(tx, [...byOrder.keys()]);
    const changes = locked.map(({ id, customerId, status: from }) => {
      const saga = byOrder.get(id) as OrderSaga;
      const reason = because(saga);
      const text = reason && formatReason(reason);
      return {
        id,
        customerId,
        status: next(from),
        reason: text,
        code: reason?.code,
        durationMs: Math.max(0, Math.round(saga.at.getTime() - saga.instance.startedAt)),
        saga: saga.instance.data,
      };
    });
    const { at } = first;
    await this.orders.changeStatuses(tx, changes, at);
    const undone = changes.filter(({ status }) => status !== 'CONFIRMED');
    const purchases = undone.flatMap(({ customerId, saga }) => purchasesOf(customerId, saga.lines));
    if (purchases.length > 0) await this.purchases.giveBack(tx, purchases);
    return changes.flatMap(({ id, customerId, status, reason, code = 'NONE', durationMs, saga }) => {
      const { traceparent } = saga;
      afterCommit(tx, () => {
        const fields = { orderId: id, ...traceFields(traceparent), status, reason, durationMs };
        const why = reason === null ? '' : `: ${reason}`;
        this.logger.info(fields, `order ${id} ${status.toLowerCase()} in ${durationMs} ms${why}`);
        checkouts.add(1, { outcome: status, reason: code });
      });
      const data = { orderId: id, customerId, status, reason, at: at.toISOString() };
      return [newEvent(orderStatusChanged, { subject: id, data, traceparent }), ...cartEvents(saga, status)];
    });
  }
}

/** Tells the cart, if the order is of a cart's checkout. */
function cartEvents(
  { isFromCart, orderId, customerId, idempotencyKey, traceparent }: OrderSagaData,
  status: OrderStatus,
): OutgoingEvent[] {
  if (!isFromCart || customerId === undefined || idempotencyKey === undefined) return [];
  const data = { customerId, idempotencyKey, orderId, status };
  return [newEvent(cartOrderChanged, { subject: orderId, data, traceparent })];
}

/** Of the request to cancel, or else of the saga that turned back. */
const reasonOf = ({ instance: { state, reason, data } }: OrderSaga): SagaReason | null =>
  state === 'COMPLETED' && data.cancellation ? { code: data.cancellation.reason } : reason;
