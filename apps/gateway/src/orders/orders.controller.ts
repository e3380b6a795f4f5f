import {
  getOrder,
  getTimeline,
  listOrders,
  placeOrderBody,
  type Actor,
  type Order,
  type Page,
  type PlaceOrderBody,
  type TracedTimeline,
} from '@doorbuster/contracts';
import {
  Body,
  Controller,
  Get,
  Inject,
  Param,
  Post,
  Query,
  Req,
  Res,
  Sse,
  type MessageEvent,
} from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Observable } from 'rxjs';
import { Allow, Caller } from '../auth/allow.decorator.js';
import type { GatewayConfig } from '../gateway.config.js';
import { CONFIG } from '../tokens.js';
import { networkOf } from '../edge/client-address.js';
import { OrderEvents } from '../order-status/order-event-stream.js';
import { RpcClient } from '../rpc/rpc-client.js';
import { send } from './answer.js';
import { IdempotencyKey } from '../edge/idempotency-key.decorator.js';
import { noBody, type NoBody } from '../edge/no-body.js';
import { pageFilter, type PageFilter } from '../edge/page-filter.js';
import { ORDER_ID } from '../edge/path-params.js';
import { Checkout } from './checkout.service.js';
import { preferredWaitSeconds } from './prefer.js';
import { withTraces } from './traced-timeline.js';

@Controller('v1/orders')
@Allow('customer', 'admin')
export class OrdersController {
  constructor(
    private readonly checkout: Checkout,
    private readonly rpc: RpcClient,
    private readonly orderEvents: OrderEvents,
    @Inject(CONFIG) private readonly config: GatewayConfig,
  ) {}

  @Post()
  @Allow('customer')
  async place(
    @Caller() actor: Actor,
    @IdempotencyKey() idempotencyKey: string,
    @Body({ schema: placeOrderBody }) body: PlaceOrderBody,
    @Req() { traceparent, headers, ip }: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Order> {
    const waitSeconds = preferredWaitSeconds(headers['prefer']);
    return send(
      reply,
      await this.checkout.place(
        { actor, network: networkOf(ip), traceparent, waitSeconds },
        idempotencyKey,
        body,
      ),
    );
  }

  @Get()
  list(@Caller() actor: Actor, @Query({ schema: pageFilter }) filter: PageFilter): Promise<Page<Order>> {
    return this.rpc.call(listOrders, { actor, ...filter });
  }

  @Get(':id')
  get(@Caller() actor: Actor, @Param('id', ORDER_ID) orderId: string): Promise<Order> {
    return this.rpc.call(getOrder, { actor, orderId });
  }

  @Post(':id/cancel')
  async cancel(
    @Caller() actor: Actor,
    @Param('id', ORDER_ID) orderId: string,
    @Body({ schema: noBody }) _body: NoBody,
    @Req() { traceparent, headers, ip }: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Order> {
    const waitSeconds = preferredWaitSeconds(headers['prefer']);
    return send(
      reply,
      await this.checkout.cancel({ actor, network: networkOf(ip), traceparent, waitSeconds }, orderId),
    );
  }

  @Sse(':id/events')
  events(
    @Caller() actor: Actor,
    @Param('id', ORDER_ID) orderId: string,
    @Req() { ip }: FastifyRequest,
    @Res({ passthrough: true }) { raw }: FastifyReply,
  ): Promise<Observable<MessageEvent>> {
    const ended = new Promise<void>((resolve) => {
      if (raw.destroyed) resolve();
      else raw.once('close', resolve);
    });
    return this.orderEvents.of(actor, orderId, { network: networkOf(ip), ended });
  }

  @Get(':id/timeline')
  async timeline(@Caller() actor: Actor, @Param('id', ORDER_ID) orderId: string): Promise<TracedTimeline> {
    const timeline = await this.rpc.call(getTimeline, { actor, orderId });
    return withTraces(timeline, this.config.traceUrlTemplate);
  }
}
