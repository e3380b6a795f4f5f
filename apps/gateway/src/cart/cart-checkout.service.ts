import {
  beginCheckout,
  settleCheckout,
  type Actor,
  type CheckoutBody,
  type CheckoutLine,
  type CheckoutOutcome,
} from '@doorbuster/contracts';
import type { Logger } from '@doorbuster/telemetry';
import { Inject, Injectable } from '@nestjs/common';
import { Admission } from '../edge/admission.js';
import { CheckoutService, type CheckoutRequest, type CheckoutResult } from '../orders/checkout.service.js';
import { PROBLEM_TYPES } from '../problem/problem-types.js';
import { ProblemException } from '../problem/problem.exception.js';
import { AvailabilityReader } from '../products/availability-reader.js';
import { Changes } from '../rpc/changes.js';
import { LOGGER } from '../tokens.js';

/** The customer waits for it, and orders' event does the same. */
const SETTLE_MS = 2_000;

/**
 * Makes one order of a cart. The cart service stores what the key buys before the order is placed, so a repeated request places
 * the same order, or finds it, whatever died in between.
 */
@Injectable()
export class CartCheckout {
  constructor(
    private readonly admission: Admission,
    private readonly checkout: CheckoutService,
    private readonly changes: Changes,
    private readonly availability: AvailabilityReader,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** @throws {ProblemException} no order was made, or it is not known whether one was */
  async checkOut(
    request: CheckoutRequest,
    idempotencyKey: string,
    { payment, acceptedPrices }: CheckoutBody,
  ): Promise<CheckoutResult> {
    const overload = this.admission.refusal();
    if (overload) throw overload;
    const { actor } = request;
    const begin = { actor, idempotencyKey, payment, acceptedPrices };
    const { lines } = await this.changes.make(beginCheckout, begin);
    const settle = (outcome: CheckoutOutcome): Promise<void> => this.settle(actor, idempotencyKey, outcome);
    const placing = {
      idempotencyKey,
      body: { items: lines.map(({ sku, quantity }) => ({ sku, quantity })), payment },
      acceptedPrices: lines.map(({ sku, unitPrice }) => ({ sku, unitPrice })),
    };
    const order = await this.checkout.accept(request, placing).catch(async (error: unknown) => {
      if (isRefusal(error)) await settle('NOT_PLACED');
      throw await this.withSoldOut(error, lines);
    });
    // The cart is right when the customer has the answer.
    const [result] = await Promise.all([this.checkout.outcomeOf(request, order), settle(order.status)]);
    if (result.order.status !== order.status) await settle(result.order.status);
    const { status, reason } = result.order;
    if (status !== 'REJECTED' || !reason?.startsWith('OUT_OF_STOCK')) return result;
    return { ...result, soldOut: await this.soldOutOf(lines) };
  }

  /** The gateway's own refusal names the first SKU only. */
  private async withSoldOut(error: unknown, lines: readonly CheckoutLine[]): Promise<unknown> {
    if (!(error instanceof ProblemException) || error.code !== 'OUT_OF_STOCK') return error;
    const { code, detail, headers } = error;
    return new ProblemException(code, detail, { headers, extensions: { skus: await this.soldOutOf(lines) } });
  }

  /** By the stock now. It may be none: units of another order may have come back. */
  private async soldOutOf(lines: readonly CheckoutLine[]): Promise<string[]> {
    const stock = await this.availability.of(lines.map(({ sku }) => sku));
    return lines
      .filter(({ sku, quantity }) => (stock.get(sku)?.available ?? quantity) < quantity)
      .map(({ sku }) => sku);
  }

  /** A failure is not the customer's: orders' event follows. */
  private async settle(actor: Actor, idempotencyKey: string, outcome: CheckoutOutcome): Promise<void> {
    try {
      await this.changes.make(settleCheckout, { actor, idempotencyKey, outcome }, SETTLE_MS);
    } catch (err) {
      this.logger.debug({ err, outcome }, 'the cart is settled by an event of orders');
    }
  }
}

/** Whether this request made no order. After a failure it is not known. */
const isRefusal = (error: unknown): boolean =>
  error instanceof ProblemException && PROBLEM_TYPES[error.code].status < 500;
