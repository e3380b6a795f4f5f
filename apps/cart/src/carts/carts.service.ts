import { isDeepStrictEqual } from 'node:util';
import {
  accept,
  refuse,
  type Cart,
  type mergeCart,
  type removeCartItem,
  type Reply,
  type RequestOf,
  type setCartItem,
} from '@doorbuster/contracts';
import { pluck, UnitOfWork } from '@doorbuster/persistence';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { CartProductsRepository } from '../products/products.repository.js';
import { CartsRepository } from './carts.repository.js';
import {
  mergeItems,
  NO_CART,
  removeLine,
  setLine,
  viewOf,
  type CartState,
  type Offers,
} from './domain/cart.js';

type Decide = (cart: CartState, offers: Offers) => Promise<Reply<CartState>> | Reply<CartState>;

/** Reads and changes carts. Changes of one cart wait for each other, so none is lost. */
@Injectable()
export class CartsService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly unitOfWork: UnitOfWork,
    private readonly carts: CartsRepository,
    private readonly products: CartProductsRepository,
  ) {}

  async get(customerId: string): Promise<Cart> {
    const { manager } = this.dataSource;
    const cart = await this.carts.find(manager, customerId);
    return viewOf(cart, await this.products.find(manager, pluck(cart.lines, 'sku')));
  }

  set({ actor, commitBy, sku, quantity, version }: RequestOf<typeof setCartItem>): Promise<Reply<Cart>> {
    return this.change(actor.customerId, commitBy, [sku], (cart, offers) =>
      setLine(cart, { sku, quantity, version }, offers),
    );
  }

  remove({ actor, commitBy, sku }: RequestOf<typeof removeCartItem>): Promise<Reply<Cart>> {
    return this.change(actor.customerId, commitBy, [], (cart) => accept(removeLine(cart, sku)));
  }

  merge({ actor, commitBy, idempotencyKey, items }: RequestOf<typeof mergeCart>): Promise<Reply<Cart>> {
    const { customerId } = actor;
    const key = { customerId, idempotencyKey };
    return this.unitOfWork.run(
      async (tx) => {
        // Before the cart is read: a cart without a row is not locked, and the other merge may commit in between.
        const earlier = await this.carts.findMerge(tx, key);
        return this.changeIn(tx, customerId, pluck(items, 'sku'), async (cart, offers) => {
          if (earlier) return isDeepStrictEqual(earlier.items, items) ? accept(cart) : keyReused;
          const merged = mergeItems(cart, items, offers);
          if (merged.ok) await this.carts.insertMerge(tx, key, items);
          return merged;
        });
      },
      { commitBy },
    );
  }

  private change(
    customerId: string,
    commitBy: number,
    skus: readonly string[],
    decide: Decide,
  ): Promise<Reply<Cart>> {
    return this.unitOfWork.run((tx) => this.changeIn(tx, customerId, skus, decide), { commitBy });
  }

  private async changeIn(
    tx: EntityManager,
    customerId: string,
    skus: readonly string[],
    decide: Decide,
  ): Promise<{ result: Reply<Cart>; events: [] }> {
    const locked = await this.carts.lockAll(tx, [customerId]);
    const cart = locked.get(customerId) ?? NO_CART;
    const offers = await this.products.find(tx, [...pluck(cart.lines, 'sku'), ...skus]);
    const decided = await decide(cart, offers);
    if (!decided.ok) return { result: decided, events: [] };
    await this.carts.save(tx, locked, new Map([[customerId, decided.value]]));
    return { result: accept(viewOf(decided.value, offers)), events: [] };
  }
}

const keyReused = refuse(
  'IDEMPOTENCY_KEY_REUSED',
  'This Idempotency-Key was used to merge other items. Use a new key for another merge.',
);
