import { accept, refuse, type Actor, type Order, type Reply } from '@doorbuster/contracts';
import { audited, UnitOfWork, type Decided } from '@doorbuster/persistence';
import { isEnded } from '@doorbuster/saga';
import { SagaRunner, SagasRepository } from '@doorbuster/saga/nest';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { cancellationId, type CancellationRequest, type OrderSagaData } from './domain/order-saga.js';
import { OrdersRepository } from './orders.repository.js';
import { isVisibleTo, orderNotFound } from './order-access.policy.js';

export interface CancelOrderRequest {
  actor: Actor;
  orderId: string;
  traceparent: string;
  commitBy: number;
}

/** Accepts requests to cancel. The cancellation saga refunds and restocks. */
@Injectable()
export class OrderCancellation {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly orders: OrdersRepository,
    private readonly sagas: SagasRepository<OrderSagaData>,
    private readonly runner: SagaRunner<OrderSagaData>,
  ) {}

  cancel(request: CancelOrderRequest): Promise<Reply<Order>> {
    const { actor, orderId: target, commitBy } = request;
    const action = { actor, action: 'cancel-order', target };
    return this.unitOfWork.run(
      audited(action, (tx) => this.cancelIn(tx, request)),
      { commitBy },
    );
  }

  private async cancelIn(
    tx: EntityManager,
    { actor, orderId, traceparent }: CancelOrderRequest,
  ): Promise<Decided<Order>> {
    // Sagas are locked before orders. While the saga is locked, the status of its order does not change.
    const { instances: sagas, now } = await this.sagas.lock(tx, [orderId, cancellationId(orderId)]);
    const record = await this.orders.findIn(tx, orderId);
    if (!record || !isVisibleTo(actor, record.order)) return { result: orderNotFound(orderId), events: [] };
    const { order } = record;
    if (order.status === 'PENDING' || order.status === 'REJECTED') {
      const detail = `The order is ${order.status}; only a CONFIRMED order can be cancelled.`;
      return { result: refuse('ORDER_NOT_CANCELLABLE', detail), events: [] };
    }
    const checkout = sagas.find(({ id }) => id === orderId);
    const isUnderWay = sagas.length > 1 || checkout?.data.cancellation !== undefined;
    if (order.status === 'CANCELLED' || isUnderWay || !checkout) {
      return { result: accept(order), events: [], audit: { isRepeated: true } };
    }

    const reason = actor.role === 'admin' ? 'CANCELLED_BY_ADMIN' : 'CANCELLED_BY_CUSTOMER';
    const cancellation: CancellationRequest = { reason, traceparent };
    await this.sagas.mergeData(tx, orderId, { cancellation });
    await this.orders.markCancelling(tx, orderId);
    const data = { ...checkout.data, traceparent, cancellation };
    const events = isEnded(checkout)
      ? await this.runner.start(tx, 'cancellation', [{ id: cancellationId(orderId), data }], now)
      : [];
    return { result: accept({ ...order, cancelling: true }), events, audit: { before: order } };
  }
}
