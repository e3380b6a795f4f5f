import {
  checkoutBody,
  getCart,
  mergeCart,
  mergeCartBody,
  removeCartItem,
  setCartItem,
  setCartItemBody,
  type Actor,
  type Cart,
  type CartView,
  type CheckoutBody,
  type MergeCartBody,
  type Order,
  type SetCartItemBody,
} from '@doorbuster/contracts';
import { networkOf } from '@doorbuster/service/process';
import { Body, Controller, Delete, Get, HttpCode, Param, Post, Put, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Allow, Caller } from '../edge/identity.js';
import { CART_SKU, IdempotencyKey } from '../edge/request-input.js';
import { preferredWaitSeconds, sendPlaced } from '../orders/orders.controller.js';
import { AvailabilityReader } from '../products/availability-reader.js';
import { Changes } from '../rpc/changes.js';
import { RpcClient } from '../rpc/rpc-client.js';
import { CartCheckout } from './cart-checkout.service.js';
import { NewProductWait } from './new-product-wait.js';

/** The cart of the caller. */
@Controller('v1/cart')
@Allow('customer')
export class CartController {
  constructor(
    private readonly rpc: RpcClient,
    private readonly changes: Changes,
    private readonly checkouts: CartCheckout,
    private readonly availability: AvailabilityReader,
    private readonly newProducts: NewProductWait,
  ) {}

  @Get()
  async get(@Caller() actor: Actor): Promise<CartView> {
    return this.view(await this.rpc.call(getCart, { actor }));
  }

  @Put('items/:sku')
  async set(
    @Caller() actor: Actor,
    @Param('sku', CART_SKU) sku: string,
    @Body({ schema: setCartItemBody }) body: SetCartItemBody,
  ): Promise<CartView> {
    return this.view(
      await this.newProducts.retry(() => this.changes.make(setCartItem, { actor, sku, ...body })),
    );
  }

  @Delete('items/:sku')
  async remove(@Caller() actor: Actor, @Param('sku', CART_SKU) sku: string): Promise<CartView> {
    return this.view(await this.changes.make(removeCartItem, { actor, sku }));
  }

  @Post('merge')
  @HttpCode(200)
  async merge(
    @Caller() actor: Actor,
    @IdempotencyKey() idempotencyKey: string,
    @Body({ schema: mergeCartBody }) { items }: MergeCartBody,
  ): Promise<CartView> {
    const request = { actor, idempotencyKey, items };
    return this.view(await this.newProducts.retry(() => this.changes.make(mergeCart, request)));
  }

  @Post('checkout')
  async checkout(
    @Caller() actor: Actor,
    @IdempotencyKey() idempotencyKey: string,
    @Body({ schema: checkoutBody }) body: CheckoutBody,
    @Req() { traceparent, headers, ip }: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Order> {
    const waitSeconds = preferredWaitSeconds(headers['prefer']);
    const request = { actor, network: networkOf(ip), traceparent, waitSeconds };
    return sendPlaced(reply, await this.checkouts.checkOut(request, idempotencyKey, body));
  }

  private async view({ items, ...cart }: Cart): Promise<CartView> {
    const available = await this.availability.of(items.map(({ sku }) => sku));
    return {
      ...cart,
      items: items.map((item) => ({ ...item, availability: available.get(item.sku) ?? null })),
    };
  }
}
