import type { Money, SaleState, SaleStatus, VersionedSale } from '@doorbuster/contracts';

/** A sale in catalog's database. Each visible change increments `version`. */
export interface SaleRecord {
  id: string;
  version: number;
  sku: string;
  price: Money;
  startsAt: Date;
  endsAt: Date;
  units: number;
  limitPerCustomer: number;
  status: SaleStatus;
  reason: string | null;
  /** Inventory has confirmed that the allocation is returned. */
  isReturned: boolean;
  /** How often the current allocation request was sent. */
  attempts: number;
  /** When the scheduler looks at the sale again; null when nothing is left to do. */
  nextActionAt: Date | null;
  createdAt: Date;
  updatedAt: Date;
}

/** The sale in an RPC reply. */
export const toSale = (record: SaleRecord): VersionedSale => ({
  ...toSaleState(record),
  reason: record.reason,
  createdAt: record.createdAt.toISOString(),
  updatedAt: record.updatedAt.toISOString(),
});

/** The sale in an event. */
export const toSaleState = (record: SaleRecord): SaleState => ({
  id: record.id,
  version: record.version,
  sku: record.sku,
  price: { amount: record.price.amount, currency: record.price.currency },
  startsAt: record.startsAt.toISOString(),
  endsAt: record.endsAt.toISOString(),
  units: record.units,
  limitPerCustomer: record.limitPerCustomer,
  status: record.status,
});
