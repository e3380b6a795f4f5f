import {
  accept,
  type beginCheckout,
  type CheckoutOutcome,
  type Reply,
  type RequestOf,
  type ResponseOf,
  type settleCheckout,
} from '@doorbuster/contracts';
import { pluck, UnitOfWork } from '@doorbuster/persistence';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { CartsRepository } from '../carts/carts.repository.js';
import { NO_CART } from '../carts/domain/cart.js';
import { checkoutKey, CheckoutsRepository, type CheckoutKey } from './checkouts.repository.js';
import * as domain from './domain/checkout.js';

type Outcome = CheckoutKey & { outcome: CheckoutOutcome };

/** Stores what checkouts buy, and applies what became of them. */
@Injectable()
export class CheckoutsService {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly carts: CartsRepository,
    private readonly checkouts: CheckoutsRepository,
  ) {}

  begin({
    actor: { customerId },
    commitBy,
    idempotencyKey,
    payment,
    acceptedPrices = [],
  }: RequestOf<typeof beginCheckout>): Promise<Reply<ResponseOf<typeof beginCheckout>>> {
    const key = { customerId, idempotencyKey };
    const request = { method: payment.method, acceptedPrices: acceptedPrices.toSorted(bySku) };
    return this.unitOfWork.run(
      async (tx) => {
        // Checkouts of a cart wait for each other here, so each sees what the others hold.
        const cart = (await this.carts.lockAll(tx, [customerId])).get(customerId) ?? NO_CART;
        const found = (await this.checkouts.lock(tx, [key])).get(checkoutKey(key));
        const others = found ? [] : await this.checkouts.findOthersHolding(tx, key);
        const begun = domain.beginCheckout(cart, request, found, others);
        if (!begun.ok) return { result: begun, events: [] };
        const checkout = { ...key, ...begun.value };
        if (!found) await this.checkouts.insert(tx, checkout);
        else if (checkout.isHolding) await this.checkouts.update(tx, [checkout]);
        return { result: accept({ lines: checkout.lines }), events: [] };
      },
      { commitBy },
    );
  }

  settle({
    actor: { customerId },
    commitBy,
    idempotencyKey,
    outcome,
  }: RequestOf<typeof settleCheckout>): Promise<Reply<ResponseOf<typeof settleCheckout>>> {
    return this.unitOfWork.run(
      async (tx) => {
        await this.settleAll(tx, [{ customerId, idempotencyKey, outcome }]);
        return { result: accept({}), events: [] };
      },
      { commitBy },
    );
  }

  /** Outcomes of checkouts that are not stored, or not any more, change nothing. */
  async settleAll(tx: EntityManager, outcomes: readonly Outcome[]): Promise<void> {
    const before = await this.carts.lockAll(tx, [...new Set(pluck(outcomes, 'customerId'))]);
    const stored = await this.checkouts.lock(tx, outcomes);
    const carts = new Map(before);
    const checkouts = new Map(stored);
    for (const { outcome, ...key } of outcomes) {
      const checkout = checkouts.get(checkoutKey(key));
      if (!checkout) continue;
      const cart = carts.get(key.customerId) ?? NO_CART;
      const settled = domain.settleCheckout(cart, checkout, outcome);
      carts.set(key.customerId, settled.cart);
      checkouts.set(checkoutKey(key), { ...key, ...settled.checkout });
    }
    await this.carts.save(tx, before, carts);
    const changed = [...checkouts].filter(([key, { state, isHolding }]) => {
      const earlier = stored.get(key);
      return earlier?.state !== state || earlier.isHolding !== isHolding;
    });
    await this.checkouts.update(
      tx,
      changed.map(([, checkout]) => checkout),
    );
  }
}

const bySku = (a: { sku: string }, b: { sku: string }): number => (a.sku < b.sku ? -1 : 1);
