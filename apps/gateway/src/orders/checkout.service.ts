import { cancelOrder, type Actor, type Order, type PlaceOrderBody } from '@doorbuster/contracts';
import { Injectable } from '@nestjs/common';
import { Admission } from '../edge/admission.js';
import { Settlement } from '../order-feed/settlement.js';
import { Changes } from '../rpc/changes.js';
import { SoldOutGate } from '../sold-out/sold-out-gate.js';
import { RequestHistory } from '../sold-out/accepted-request-index.js';
import type { Answer } from './answer.js';
import { OrderIntake } from './order-intake.js';
import { cancelled, placed } from './outcome.js';

const SETTLED = ['CONFIRMED', 'REJECTED', 'CANCELLED'] as const;
const CANCELLATION_OVER = ['CANCELLED', 'REJECTED'] as const;

interface Request {
  actor: Actor;
  /** Where the caller is, as `networkOf` gives it. */
  network: string;
  traceparent: string;
  /** How long the caller prefers to wait for the end; `undefined` for not at all. */
  waitSeconds: number | undefined;
}

/** Placing and cancelling, with the wait for what becomes of it. */
@Injectable()
export class Checkout {
  constructor(
    private readonly admission: Admission,
    private readonly gate: SoldOutGate,
    private readonly history: RequestHistory,
    private readonly intake: OrderIntake,
    private readonly changes: Changes,
    private readonly settlement: Settlement,
  ) {}

  async place(
    { actor, network, traceparent, waitSeconds }: Request,
    idempotencyKey: string,
    body: PlaceOrderBody,
  ): Promise<Answer<Order>> {
    const request = { customerId: actor.customerId, idempotencyKey, body, traceparent };
    const holder = { customerId: actor.customerId, network };
    if (!this.history.hasOrder(request)) this.admission.assertMayHold(holder);
    this.gate.pass(request);
    const order = await this.admission.admit(holder, () => this.intake.place(request));
    this.history.accepted(request);
    this.gate.follow(order);
    if (waitSeconds === undefined) return placed(order, waitSeconds);
    const waitMs = waitSeconds * 1_000;
    const settled = await this.settlement.of({ actor, network, order, until: SETTLED, waitMs });
    return settled ? placed(settled, waitSeconds) : placed(order, undefined);
  }

  async cancel(
    { actor, network, traceparent, waitSeconds }: Request,
    orderId: string,
  ): Promise<Answer<Order>> {
    const order = await this.changes.make(cancelOrder, { actor, orderId, traceparent });
    if (waitSeconds === undefined) return cancelled(order, waitSeconds);
    const waitMs = waitSeconds * 1_000;
    const settled = await this.settlement.of({ actor, network, order, until: CANCELLATION_OVER, waitMs });
    return settled ? cancelled(settled, waitSeconds) : cancelled(order, undefined);
  }
}
