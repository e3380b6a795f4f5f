import {
  getOrder,
  getTimeline,
  listOrders,
  orderFilter,
  placeOrderBody,
  type Actor,
  type ErrorCode,
  type Order,
  type OrderFilter,
  type Page,
  type Timeline,
  type TracedTimeline,
} from '@doorbuster/contracts';
import { networkOf } from '@doorbuster/service/process';
import { Body, Controller, Get, Param, Post, Query, Req, Res, Sse, type MessageEvent } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Observable } from 'rxjs';
import { Allow, Caller, callerOf } from '../edge/identity.js';
import { idempotencyKeyOf, noBody, ORDER_ID, parsed, type NoBody } from '../edge/request-input.js';
import { GatewayConfig } from '../gateway.config.js';
import { OrderEventStream } from '../order-status/order-event-stream.js';
import { ProblemException } from '../problem/problem.exception.js';
import { RpcClient } from '../rpc/rpc-client.js';
import { CheckoutService, type CheckoutResult } from './checkout.service.js';

@Controller('v1/orders')
@Allow('customer', 'admin')
export class OrdersController {
  constructor(
    private readonly checkout: CheckoutService,
    private readonly rpc: RpcClient,
    private readonly orderEvents: OrderEventStream,
    private readonly config: GatewayConfig,
  ) {}

  @Post()
  @Allow('customer')
  async place(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Order> {
    // Not as parameters: the pipes that Nest runs for each make a sixth of the garbage of a checkout.
    const actor = callerOf(request);
    const idempotencyKey = idempotencyKeyOf(request);
    const body = parsed(placeOrderBody, request.body);
    const { traceparent, headers, ip } = request;
    const waitSeconds = preferredWaitSeconds(headers['prefer']);
    const checkout = { actor, network: networkOf(ip), traceparent, waitSeconds };
    return sendPlaced(reply, await this.checkout.place(checkout, idempotencyKey, body));
  }

  @Get()
  list(@Caller() actor: Actor, @Query({ schema: orderFilter }) filter: OrderFilter): Promise<Page<Order>> {
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
    const request = { actor, network: networkOf(ip), traceparent, waitSeconds };
    return sendCancelled(reply, await this.checkout.cancel(request, orderId));
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

const WAIT_SECONDS_MAX = 30;
const WAIT = /^\s*wait\s*=\s*"?(\d{1,9})"?\s*$/i;

/**
 * Seconds of `Prefer: wait=N`, at most 30; `undefined` without it. A malformed preference is ignored:
 * https://www.rfc-editor.org/rfc/rfc7240#section-4.3
 */
export function preferredWaitSeconds(header: string | string[] | undefined): number | undefined {
  for (const preference of String(header ?? '').split(',')) {
    const seconds = WAIT.exec(preference.split(';', 1)[0] ?? '')?.[1];
    if (seconds !== undefined) return Math.min(Number(seconds), WAIT_SECONDS_MAX);
  }
  return undefined;
}

const headersOf = ({ order, waitSeconds }: CheckoutResult): Record<string, string> => ({
  location: `/v1/orders/${order.id}`,
  ...(waitSeconds !== undefined && { 'preference-applied': `wait=${waitSeconds}` }),
});

/**
 * 202 without a wait, or when the wait ended before the outcome; else 201 for a confirmed order.
 * @throws {ProblemException} the order was rejected or cancelled
 */
export function sendPlaced(reply: FastifyReply, result: CheckoutResult): Order {
  const { order, waitSeconds } = result;
  const headers = headersOf(result);
  const isOpen = waitSeconds === undefined || order.status === 'PENDING';
  if (!isOpen && order.status !== 'CONFIRMED') throw refusal(result, headers);
  void reply.code(isOpen ? 202 : 201).headers(headers);
  return order;
}

/** 200 when the order is cancelled, 202 while that is in progress. */
function sendCancelled(reply: FastifyReply, result: CheckoutResult): Order {
  void reply.code(result.order.status === 'CANCELLED' ? 200 : 202).headers(headersOf(result));
  return result.order;
}

const REJECTIONS: Partial<Record<string, { code: ErrorCode; sentence: string }>> = {
  OUT_OF_STOCK: { code: 'OUT_OF_STOCK', sentence: 'Not enough is left, and nothing was charged' },
  SALE_ENDED: { code: 'SALE_ENDED', sentence: 'The sale ended, and nothing was charged' },
  PAYMENT_DECLINED: {
    code: 'PAYMENT_DECLINED',
    sentence: 'The payment was declined, and nothing was charged',
  },
  PAYMENT_TIMEOUT: {
    code: 'PAYMENT_TIMEOUT',
    sentence: 'The payment provider did not answer, and nothing was charged',
  },
};

/** `reason` is a code, with details after a colon: `PAYMENT_DECLINED: insufficient_funds`. */
function refusal({ order, soldOut }: CheckoutResult, headers: Record<string, string>): ProblemException {
  const options = { headers, extensions: { orderId: order.id, ...(soldOut && { skus: soldOut }) } };
  if (order.status === 'CANCELLED') {
    return new ProblemException(
      'ORDER_CANCELLED',
      'The order was cancelled. Place another with a new key.',
      options,
    );
  }
  const [reason = '', ...rest] = (order.reason ?? 'no reason given').split(':');
  const { code, sentence } = REJECTIONS[reason] ?? {
    code: 'ORDER_REJECTED' as const,
    sentence: `Rejected: ${reason}`,
  };
  const more = rest.join(':').trim() || (soldOut ?? []).join(', ');
  return new ProblemException(code, more ? `${sentence} (${more}).` : `${sentence}.`, options);
}

/** Adds the traces of the timeline, each once, in the order of their first transitions. */
function withTraces(timeline: Timeline, urlTemplate: string | undefined): TracedTimeline {
  const traceIds = new Set(timeline.items.map(({ traceId }) => traceId));
  const urlOf = (traceId: string): string | null => urlTemplate?.replaceAll('{traceId}', traceId) ?? null;
  return { ...timeline, traces: Array.from(traceIds, (traceId) => ({ traceId, url: urlOf(traceId) })) };
}
