import type { CheckoutLine } from '@doorbuster/contracts';
import { pluck } from '@doorbuster/persistence';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import * as sql from './checkouts.sql.js';
import type { Checkout } from './domain/checkout.js';

/** The customer and the idempotency key of a checkout. */
export interface CheckoutKey {
  customerId: string;
  idempotencyKey: string;
}

export const checkoutKey = ({ customerId, idempotencyKey }: CheckoutKey): string =>
  `${customerId}\n${idempotencyKey}`;

export type StoredCheckout = CheckoutKey & Checkout;

/** Loads and saves checkouts. A transaction that also locks carts locks those first. */
@Injectable()
export class CheckoutsRepository {
  /** By {@link checkoutKey}. */
  async lock(tx: EntityManager, keys: readonly CheckoutKey[]): Promise<Map<string, StoredCheckout>> {
    const unique = [...new Map(keys.map((key) => [checkoutKey(key), key])).values()];
    const rows: StoredCheckout[] = await tx.query(sql.LOCK_CHECKOUTS, [
      pluck(unique, 'customerId'),
      pluck(unique, 'idempotencyKey'),
    ]);
    return new Map(rows.map((row) => [checkoutKey(row), row]));
  }

  /** Other checkouts of this customer that an order may be made of. */
  findOthersHolding(
    tx: EntityManager,
    { customerId, idempotencyKey }: CheckoutKey,
  ): Promise<{ lines: CheckoutLine[] }[]> {
    return tx.query(sql.FIND_OTHERS_HOLDING, [customerId, idempotencyKey]);
  }

  async insert(
    tx: EntityManager,
    { customerId, idempotencyKey, request, lines }: StoredCheckout,
  ): Promise<void> {
    await tx.query(sql.INSERT_CHECKOUT, [
      customerId,
      idempotencyKey,
      JSON.stringify(request),
      JSON.stringify(lines),
    ]);
  }

  async update(tx: EntityManager, checkouts: readonly StoredCheckout[]): Promise<void> {
    if (checkouts.length === 0) return;
    await tx.query(sql.UPDATE_CHECKOUTS, [
      pluck(checkouts, 'customerId'),
      pluck(checkouts, 'idempotencyKey'),
      pluck(checkouts, 'state'),
      checkouts.map(({ taken }) => JSON.stringify(taken)),
      pluck(checkouts, 'isHolding'),
    ]);
  }
}
