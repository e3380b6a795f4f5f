import { Injectable } from '@nestjs/common';
import { In, type EntityManager } from 'typeorm';
import type { Offers } from '../carts/domain/cart.js';
import { CartProductEntity } from './product.entity.js';

/** The read model of catalog's products. */
@Injectable()
export class CartProductsRepository {
  async find(tx: EntityManager, skus: readonly string[]): Promise<Offers> {
    if (skus.length === 0) return new Map();
    const rows = await tx.findBy(CartProductEntity, { sku: In([...new Set(skus)]) });
    return new Map(
      rows.map(({ sku, name, amount, currency }) => [sku, { name, price: { amount, currency } }]),
    );
  }
}
