import { pluck } from '@doorbuster/persistence';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { purchaseKey, type Purchase } from './domain/sale-terms.js';
import type { SalePurchaseEntity } from './sale.entities.js';
import { ADD_PURCHASES, LOCK_PURCHASES } from './sales.sql.js';

type PurchaseId = Omit<Purchase, 'quantity'>;

/** What customers bought in sales. */
@Injectable()
export class SalePurchasesRepository {
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
