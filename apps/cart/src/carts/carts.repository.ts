import type { MergeCartBody } from '@doorbuster/contracts';
import { pluck } from '@doorbuster/persistence';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { CartMergeEntity } from './cart-merge.entity.js';
import { CartEntity } from './cart.entity.js';
import { INSERT_CARTS, LOCK_CARTS, UPDATE_CARTS } from './carts.sql.js';
import { NO_CART, type CartState } from './domain/cart.js';

type CartRow = Pick<CartEntity, 'customerId' | 'version' | 'lines'>;
type MergeKey = Pick<CartMergeEntity, 'customerId' | 'idempotencyKey'>;

/** Loads and saves carts. All transactions lock carts first, in the order of their customers. */
@Injectable()
export class CartsRepository {
  async find(tx: EntityManager, customerId: string): Promise<CartState> {
    return (await tx.findOneBy(CartEntity, { customerId })) ?? NO_CART;
  }

  /** By customer. A customer without a cart is not in it. */
  async lockAll(tx: EntityManager, customerIds: readonly string[]): Promise<Map<string, CartState>> {
    const rows: CartRow[] = await tx.query(LOCK_CARTS, [customerIds]);
    return new Map(rows.map((row) => [row.customerId, row]));
  }

  /**
   * Saves changed carts.
   * @param before the carts as they were locked. A cart without a row is inserted; if another transaction does the same, the
   *   unique key lets only one commit, and the other runs again.
   */
  async save(
    tx: EntityManager,
    before: ReadonlyMap<string, CartState>,
    after: ReadonlyMap<string, CartState>,
  ): Promise<void> {
    const changed = [...after].filter(([customerId, cart]) => cart !== (before.get(customerId) ?? NO_CART));
    const { insert = [], update = [] } = Object.groupBy(changed, ([customerId]) =>
      before.has(customerId) ? 'update' : 'insert',
    );
    if (insert.length > 0) await tx.query(INSERT_CARTS, parametersOf(insert));
    if (update.length > 0) await tx.query(UPDATE_CARTS, parametersOf(update));
  }

  findMerge(tx: EntityManager, key: MergeKey): Promise<CartMergeEntity | null> {
    return tx.findOneBy(CartMergeEntity, key);
  }

  async insertMerge(tx: EntityManager, key: MergeKey, items: MergeCartBody['items']): Promise<void> {
    await tx.insert(CartMergeEntity, { ...key, items });
  }
}

function parametersOf(carts: readonly (readonly [customerId: string, cart: CartState])[]): unknown[] {
  const states = carts.map(([, cart]) => cart);
  return [
    carts.map(([customerId]) => customerId),
    pluck(states, 'version'),
    states.map(({ lines }) => JSON.stringify(lines)),
  ];
}
