import type { CreateSaleBody, Page, SaleFilter } from '@doorbuster/contracts';
import { newestPage } from '@doorbuster/persistence';
import { Injectable } from '@nestjs/common';
import { In, LessThan, MoreThan, Not, type EntityManager } from 'typeorm';
import type { SaleRecord } from './domain/sale.js';
import { SaleEntity } from './sale.entity.js';
import {
  DUE_SALE_IDS,
  LOCK_DUE_SALES,
  LOCK_SALES,
  SALE_DUE_WITHIN,
  TRANSACTION_TIME,
  UPDATE_SALES,
} from './sales.sql.js';

@Injectable()
export class SalesRepository {
  find(tx: EntityManager, id: string): Promise<SaleEntity | null> {
    return tx.findOneBy(SaleEntity, { id });
  }

  findByKey(tx: EntityManager, idempotencyKey: string): Promise<SaleEntity | null> {
    return tx.findOneBy(SaleEntity, { idempotencyKey });
  }

  /** Newest first. */
  page(tx: EntityManager, { status, sku, ...request }: SaleFilter): Promise<Page<SaleEntity>> {
    const sales = tx.createQueryBuilder(SaleEntity, 'sale');
    if (status !== undefined) sales.andWhere('sale.status = :status', { status });
    if (sku !== undefined) sales.andWhere('sale.sku = :sku', { sku });
    return newestPage(sales, request);
  }

  /** Sales in id order, from the one after `after`. */
  list(tx: EntityManager, after: string, limit: number): Promise<SaleEntity[]> {
    return tx.find(SaleEntity, { where: { id: MoreThan(after) }, order: { id: 'asc' }, take: limit });
  }

  async transactionTime(tx: EntityManager): Promise<Date> {
    const [row]: { now: Date }[] = await tx.query(TRANSACTION_TIME);
    if (!row) throw new Error('the database does not tell the time');
    return row.now;
  }

  /** In id order. */
  lock(tx: EntityManager, ids: readonly string[]): Promise<SaleRecord[]> {
    return tx.query(LOCK_SALES, [ids]);
  }

  lockDue(tx: EntityManager, limit: number, onlyId?: string): Promise<SaleRecord[]> {
    return tx.query(LOCK_DUE_SALES, [limit, onlyId ?? null]);
  }

  async dueIds(tx: EntityManager, limit: number): Promise<string[]> {
    const rows: { id: string }[] = await tx.query(DUE_SALE_IDS, [limit]);
    return rows.map(({ id }) => id);
  }

  /** Whether a sale is due within `ms`. Stuck sales do not count. */
  async isDueWithin(tx: EntityManager, ms: number): Promise<boolean> {
    const rows: unknown[] = await tx.query(SALE_DUE_WITHIN, [ms]);
    return rows.length > 0;
  }

  /** Whether the SKU has another live sale at that time. The caller holds the product's lock. */
  overlapsAnother(
    tx: EntityManager,
    { id, sku, startsAt, endsAt }: Pick<SaleRecord, 'id' | 'sku' | 'startsAt' | 'endsAt'>,
  ): Promise<boolean> {
    return tx.existsBy(SaleEntity, {
      sku,
      id: Not(id),
      status: In(['PREPARING', 'SCHEDULED', 'OPEN']),
      startsAt: LessThan(endsAt),
      endsAt: MoreThan(startsAt),
    });
  }

  async insert(
    tx: EntityManager,
    sale: SaleRecord,
    idempotencyKey: string,
    request: CreateSaleBody,
  ): Promise<void> {
    const limitPerCustomerMax = sale.limitPerCustomer;
    await tx.insert(SaleEntity, { ...sale, limitPerCustomerMax, idempotencyKey, request });
  }

  /** Writes all columns that can change. */
  async update(tx: EntityManager, sales: readonly SaleRecord[]): Promise<void> {
    await tx.query(UPDATE_SALES, [JSON.stringify(sales)]);
  }
}
