import type { StockLevels } from '@doorbuster/contracts';

/** Names a pool of one SKU: the units of a sale, or ordinary stock if there is no `saleId`. */
export interface StockPoolId {
  sku: string;
  saleId?: string | undefined;
}

export type StockLevel = 'available' | 'reserved' | 'sold' | 'received';

/** For each pool, received = available + reserved + sold. */
export interface StockPool extends StockPoolId, Record<StockLevel, number> {
  /** A closed pool refuses reservations. Ordinary stock is always open. */
  isOpen: boolean;
}

/** A pool whose levels a batch changes. */
export interface LevelChange {
  before: StockPool;
  after: StockPool;
  /** Index of the last command of the batch that moved units of this pool. */
  commandIndex: number;
}

export const poolKey = ({ sku, saleId }: StockPoolId): string =>
  saleId === undefined ? sku : `${sku} ${saleId}`;

export const ordinaryPool = ({ sku }: StockPoolId): StockPoolId => ({ sku });

export const emptyPool = ({ sku, saleId }: StockPoolId): StockPool => ({
  sku,
  ...(saleId !== undefined && { saleId }),
  available: 0,
  reserved: 0,
  sold: 0,
  received: 0,
  isOpen: true,
});

/** The levels of a SKU, added up over its pools. */
export function sumOf(sku: string, pools: Iterable<StockPool>): StockLevels {
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
