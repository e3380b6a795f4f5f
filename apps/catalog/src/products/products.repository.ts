import type { CreateProductBody } from '@doorbuster/contracts';
import { Injectable } from '@nestjs/common';
import { MoreThan, type EntityManager } from 'typeorm';
import { ProductEntity } from './product.entity.js';

@Injectable()
export class ProductsRepository {
  find(tx: EntityManager, sku: string): Promise<ProductEntity | null> {
    return tx.findOneBy(ProductEntity, { sku });
  }

  /** Locks the row, so that concurrent changes get consecutive versions. */
  lock(tx: EntityManager, sku: string): Promise<ProductEntity | null> {
    return tx.findOne(ProductEntity, { where: { sku }, lock: { mode: 'pessimistic_write' } });
  }

  /** @returns `undefined` when the SKU exists */
  async insert(tx: EntityManager, body: CreateProductBody): Promise<ProductEntity | undefined> {
    const product = tx.create(ProductEntity, { ...body, images: [] });
    const insert = tx.createQueryBuilder().insert().into(ProductEntity).values(product).orIgnore();
    const { raw } = await insert.execute();
    return (raw as unknown[]).length > 0 ? product : undefined;
  }

  save(tx: EntityManager, product: ProductEntity): Promise<ProductEntity> {
    return tx.save(product);
  }

  /** Products in SKU order, from the one after `after`. */
  list(tx: EntityManager, after: string, limit: number): Promise<ProductEntity[]> {
    return tx.find(ProductEntity, { where: { sku: MoreThan(after) }, order: { sku: 'ASC' }, take: limit });
  }
}
