import type { StockLevels } from '@doorbuster/contracts';

/** Of one SKU: the units of a sale, or ordinary stock when there is no `saleId`. */
export interface PoolId {
  sku: string;
  saleId?: string | undefined;
}

export type Level = 'available' | 'reserved' | 'sold' | 'received';

/** received = available + reserved + sold holds for each pool by itself. */
export interface Pool extends PoolId, Record<Level, number> {
  /** Nothing is reserved of a pool that was closed. Ordinary stock is always open. */
  isOpen: boolean;
}

export const poolKey = ({ sku, saleId }: PoolId): string => (saleId === undefined ? sku : `${sku} ${saleId}`);

export const ordinaryPool = ({ sku }: PoolId): PoolId => ({ sku });

export const emptyPool = ({ sku, saleId }: PoolId): Pool => ({
  sku,
  ...(saleId !== undefined && { saleId }),
  available: 0,
  reserved: 0,
  sold: 0,
  received: 0,
  isOpen: true,
});

/** All of a SKU, from all of its pools. */
export function sumOf(sku: string, pools: Iterable<Pool>): StockLevels {
  const sum: StockLevels = { sku, available: 0, reserved: 0, sold: 0, received: 0, setAside: 0 };
  for (const { saleId, available, reserved, sold, received } of pools) {
    sum.available += available;
    sum.reserved += reserved;
    sum.sold += sold;
    sum.received += received;
    if (saleId !== undefined) sum.setAside += available;
  }
  return sum;
}
