import type { CreateProductBody } from '@doorbuster/contracts';
import { MoreThan, type EntityManager } from 'typeorm';
import { ProductEntity } from './product.entity.js';

export const findProduct = (manager: EntityManager, sku: string): Promise<ProductEntity | null> =>
  manager.findOneBy(ProductEntity, { sku });

/** Whoever changes a product holds its row, so that versions have no gaps and no twins. */
export const lockProduct = (tx: EntityManager, sku: string): Promise<ProductEntity | null> =>
  tx.findOne(ProductEntity, { where: { sku }, lock: { mode: 'pessimistic_write' } });

/** `undefined` when the SKU is taken. */
export async function insertProduct(
  tx: EntityManager,
  body: CreateProductBody,
): Promise<ProductEntity | undefined> {
  const product = tx.create(ProductEntity, body);
  const { raw } = await tx
    .createQueryBuilder()
    .insert()
    .into(ProductEntity)
    .values(product)
    .orIgnore()
    .execute();
  return (raw as unknown[]).length > 0 ? product : undefined;
}

/** In the order of the SKUs. */
export const findProductsAfter = (
  manager: EntityManager,
  sku: string,
  limit: number,
): Promise<ProductEntity[]> =>
  manager.find(ProductEntity, { where: { sku: MoreThan(sku) }, order: { sku: 'asc' }, take: limit });
