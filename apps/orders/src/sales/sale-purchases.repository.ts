import { clampInstant, type SaleState } from '@doorbuster/contracts';
import { pluck, upsertNewestVersions } from '@doorbuster/persistence';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { purchaseKey, type Purchase, type SaleTerms } from './domain/sale-terms.js';
import { SaleTermsEntity, type SalePurchaseEntity } from './sale.entities.js';
import { ADD_PURCHASES, FIND_SALES, LOCK_PURCHASES } from './sale-purchases.sql.js';

type SaleRow = Omit<SaleTerms, 'startsAt' | 'endsAt'> & Pick<SaleTermsEntity, 'startsAt' | 'endsAt'>;
type PurchaseId = Omit<Purchase, 'quantity'>;

/** The read model of catalog's sales, and what customers bought in them. */
@Injectable()
export class SalePurchasesRepository {
  async find(tx: EntityManager, ids: readonly string[]): Promise<Map<string, SaleTerms>> {
    const rows: SaleRow[] = await tx.query(FIND_SALES, [ids]);
    return new Map(rows.map((row) => [row.id, toTerms(row)]));
  }

  /** Keeps the highest version of each sale. */
  async upsert(tx: EntityManager, sales: readonly SaleState[]): Promise<void> {
    await upsertNewestVersions(tx, SaleTermsEntity, sales.map(toEntity));
  }

  /** The purchases of these customers by {@link purchaseKey}, locked until the transaction ends. */
  async lockPurchases(tx: EntityManager, wanted: readonly PurchaseId[]): Promise<Map<string, number>> {
    if (wanted.length === 0) return new Map();
    const ids = [...new Map(wanted.map((id) => [purchaseKey(id), id])).values()].toSorted(byKey);
    const parameters = [pluck(ids, 'saleId'), pluck(ids, 'customerId')];
    const rows: SalePurchaseEntity[] = await tx.query(LOCK_PURCHASES, parameters);
    return new Map(rows.map((row) => [purchaseKey(row), row.quantity]));
  }

  async addPurchases(tx: EntityManager, purchases: readonly Purchase[]): Promise<void> {
    if (purchases.length === 0) return;
    const parameters = [
      pluck(purchases, 'saleId'),
      pluck(purchases, 'customerId'),
      pluck(purchases, 'quantity'),
    ];
    await tx.query(ADD_PURCHASES, parameters);
  }

  /** Takes away the purchases of orders that were rejected or cancelled. */
  async giveBack(tx: EntityManager, purchases: readonly Purchase[]): Promise<void> {
    await this.lockPurchases(tx, purchases);
    await this.addPurchases(
      tx,
      purchases.map((purchase) => ({ ...purchase, quantity: -purchase.quantity })),
    );
  }
}

const byKey = (a: PurchaseId, b: PurchaseId): number => (purchaseKey(a) < purchaseKey(b) ? -1 : 1);

/** An earlier release of catalog sent instants that PostgreSQL cannot read. */
const toEntity = ({ price, startsAt, endsAt, units: _units, ...sale }: SaleState): SaleTermsEntity => ({
  ...sale,
  ...price,
  startsAt: new Date(clampInstant(startsAt)),
  endsAt: new Date(clampInstant(endsAt)),
});

const toTerms = ({ startsAt, endsAt, ...row }: SaleRow): SaleTerms => ({
  ...row,
  startsAt: startsAt.toISOString(),
  endsAt: endsAt.toISOString(),
});
