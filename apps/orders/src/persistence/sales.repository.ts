import { clampInstant, type SaleState } from '@doorbuster/contracts';
import { pluck } from '@doorbuster/persistence';
import type { EntityManager } from 'typeorm';
import { purchaseKey, type Purchase, type SaleTerms } from '../domain/sale-terms.js';

type Row = Omit<SaleTerms, 'startsAt' | 'endsAt'> & { startsAt: Date; endsAt: Date };
type PurchaseId = Omit<Purchase, 'quantity'>;

const byKey = (a: PurchaseId, b: PurchaseId): number => (purchaseKey(a) < purchaseKey(b) ? -1 : 1);

/** The read model of catalog's sales, and what was bought in them. */
export const salesRepository = {
  async find(tx: EntityManager, ids: readonly string[]): Promise<Map<string, SaleTerms>> {
    if (ids.length === 0) return new Map();
    const rows: Row[] = await tx.query(
      `select id, sku, jsonb_build_object('amount', amount, 'currency', currency) as price, starts_at as "startsAt",
              ends_at as "endsAt", limit_per_customer as "limitPerCustomer", status
       from sales where id = any($1::uuid[])`,
      [ids],
    );
    return new Map(rows.map((row) => [row.id, toTerms(row)]));
  },

  /** The highest version wins, in whatever order they come. */
  async upsert(tx: EntityManager, sales: readonly SaleState[]): Promise<void> {
    const newest = new Map<string, SaleState>();
    for (const sale of sales) {
      if (sale.version > (newest.get(sale.id)?.version ?? 0)) newest.set(sale.id, sale);
    }
    // In key order, so that two replicas never wait for each other's rows.
    const rows = [...newest.values()]
      .toSorted((a, b) => (a.id < b.id ? -1 : 1))
      // An earlier release of catalog sent instants that PostgreSQL cannot read.
      .map((sale) => ({
        ...sale,
        startsAt: new Date(clampInstant(sale.startsAt)),
        endsAt: new Date(clampInstant(sale.endsAt)),
      }));
    await tx.query(
      `insert into sales (id, version, sku, amount, currency, starts_at, ends_at, limit_per_customer, status)
       select id, version, sku, (price->>'amount')::bigint, price->>'currency', "startsAt", "endsAt",
              "limitPerCustomer", status
       from json_to_recordset($1) as s (id uuid, version int, sku text, price json, "startsAt" timestamptz,
         "endsAt" timestamptz, "limitPerCustomer" int, status text)
       on conflict (id) do update
         set version = excluded.version, amount = excluded.amount, currency = excluded.currency,
             starts_at = excluded.starts_at, ends_at = excluded.ends_at,
             limit_per_customer = excluded.limit_per_customer, status = excluded.status
         where sales.version < excluded.version`,
      [JSON.stringify(rows)],
    );
  },

  /**
   * What these customers have bought, by {@link purchaseKey}, locked until the transaction ends. A first purchase has its
   * row from now on, so that there is something to lock.
   */
  async lockPurchases(tx: EntityManager, wanted: readonly PurchaseId[]): Promise<Map<string, number>> {
    const ids = [...new Map(wanted.map((id) => [purchaseKey(id), id])).values()].toSorted(byKey);
    if (ids.length === 0) return new Map();
    const rows: Purchase[] = await tx.query(
      `insert into sale_purchases (sale_id, customer_id, quantity)
       select sale_id, customer_id, 0 from unnest($1::uuid[], $2::text[]) as p (sale_id, customer_id)
       on conflict (sale_id, customer_id) do update set quantity = sale_purchases.quantity
       returning sale_id as "saleId", customer_id as "customerId", quantity`,
      [pluck(ids, 'saleId'), pluck(ids, 'customerId')],
    );
    return new Map(rows.map((row) => [purchaseKey(row), row.quantity]));
  },

  /** Adds to what was bought; takes away what is below zero. */
  async addPurchases(tx: EntityManager, purchases: readonly Purchase[]): Promise<void> {
    if (purchases.length === 0) return;
    await tx.query(
      `update sale_purchases p set quantity = p.quantity + delta.quantity
       from (select sale_id, customer_id, sum(quantity)::int as quantity
             from unnest($1::uuid[], $2::text[], $3::int[]) as d (sale_id, customer_id, quantity) group by 1, 2) delta
       where p.sale_id = delta.sale_id and p.customer_id = delta.customer_id`,
      [pluck(purchases, 'saleId'), pluck(purchases, 'customerId'), pluck(purchases, 'quantity')],
    );
  },

  /** For orders that came to nothing. */
  async giveBack(tx: EntityManager, purchases: readonly Purchase[]): Promise<void> {
    if (purchases.length === 0) return;
    await this.lockPurchases(tx, purchases);
    await this.addPurchases(
      tx,
      purchases.map((purchase) => ({ ...purchase, quantity: -purchase.quantity })),
    );
  },
};

const toTerms = ({ startsAt, endsAt, ...row }: Row): SaleTerms => ({
  ...row,
  startsAt: startsAt.toISOString(),
  endsAt: endsAt.toISOString(),
});
