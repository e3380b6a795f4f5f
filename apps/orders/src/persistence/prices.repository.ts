import type { ProductState } from '@doorbuster/contracts';
import { pluck } from '@doorbuster/persistence';
import type { EntityManager } from 'typeorm';

/** The read model of catalog's prices: an order can be priced while catalog is away. */
export const pricesRepository = {
  /** The highest version wins, in whatever order they come. */
  async upsert(tx: EntityManager, products: readonly ProductState[]): Promise<void> {
    const newest = new Map<string, ProductState>();
    for (const product of products) {
      if (product.version > (newest.get(product.sku)?.version ?? 0)) newest.set(product.sku, product);
    }
    // In key order, so that two replicas never wait for each other's rows.
    const rows = [...newest.values()].toSorted((a, b) => (a.sku < b.sku ? -1 : 1));
    await tx.query(
      `insert into prices (sku, version, amount, currency)
       select * from unnest($1::text[], $2::int[], $3::bigint[], $4::text[])
       on conflict (sku) do update
         set version = excluded.version, amount = excluded.amount, currency = excluded.currency
         where prices.version < excluded.version`,
      [
        pluck(rows, 'sku'),
        pluck(rows, 'version'),
        rows.map(({ price }) => price.amount),
        rows.map(({ price }) => price.currency),
      ],
    );
  },
};
