import {
  accept,
  cancelOrder,
  findPlacedOrders,
  getOrder,
  getTimeline,
  listOrders,
  listPlacedRequests,
  placeOrders,
  type Order,
  type PlacingOutcome,
  type Reply,
  type RequestOf,
  type ResponseOf,
} from '@doorbuster/contracts';
import { SagasRepository } from '@doorbuster/saga/nest';
import { Rpc } from '@doorbuster/service';
import { Controller } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { cancellationId, type OrderSagaData } from './domain/order-saga.js';
import { OrderCancellation } from './order-cancellation.service.js';
import { OrderList } from './order-list.service.js';
import { OrderAcceptance } from './order-acceptance.service.js';
import { PlacedOrders } from './placed-orders.service.js';
import { isVisibleTo, orderNotFound } from './order-access.policy.js';
import { OrdersRepository } from './orders.repository.js';

@Controller()
export class OrdersRpcController {
  constructor(
    private readonly acceptance: OrderAcceptance,
    private readonly placedOrders: PlacedOrders,
    private readonly cancellation: OrderCancellation,
    private readonly lists: OrderList,
    private readonly orders: OrdersRepository,
    private readonly sagas: SagasRepository<OrderSagaData>,
  ) {}

  @Rpc(placeOrders)
  async place(@Payload() { requests }: RequestOf<typeof placeOrders>): Promise<Reply<Reply<Order>[]>> {
    return accept(await this.acceptance.place(requests));
  }

  @Rpc(findPlacedOrders)
  async findPlaced(
    @Payload() { requests }: RequestOf<typeof findPlacedOrders>,
  ): Promise<Reply<PlacingOutcome[]>> {
    return accept(await this.placedOrders.find(requests));
  }

  @Rpc(cancelOrder)
  cancel(@Payload() request: RequestOf<typeof cancelOrder>): Promise<Reply<Order>> {
    return this.cancellation.cancel(request);
  }

  @Rpc(getOrder)
  async get(@Payload() { actor, orderId }: RequestOf<typeof getOrder>): Promise<Reply<Order>> {
    const record = await this.orders.find(orderId);
    return record && isVisibleTo(actor, record.order) ? accept(record.order) : orderNotFound(orderId);
  }

  @Rpc(listOrders)
  list(@Payload() request: RequestOf<typeof listOrders>): Promise<Reply<ResponseOf<typeof listOrders>>> {
    return this.lists.list(request);
  }

  @Rpc(listPlacedRequests)
  async listRequests(
    @Payload() { after }: RequestOf<typeof listPlacedRequests>,
  ): Promise<Reply<ResponseOf<typeof listPlacedRequests>>> {
    return accept(await this.placedOrders.list(after));
  }

  @Rpc(getTimeline)
  async timeline(
    @Payload() { actor, orderId }: RequestOf<typeof getTimeline>,
  ): Promise<Reply<ResponseOf<typeof getTimeline>>> {
    const record = await this.orders.find(orderId);
    if (!record || !isVisibleTo(actor, record.order)) return orderNotFound(orderId);
    const items = await this.sagas.timeline([orderId, cancellationId(orderId)]);
    return accept({ orderId, items, nextCursor: null });
  }
}
