import type { Money, SaleState, SaleStatus, VersionedSale } from '@doorbuster/contracts';

/** A sale as the catalog keeps it. Every change makes its version one higher. */
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
  /** Whether inventory has said that it took the units back. */
  isReturned: boolean;
  /** How often inventory was asked for what the sale waits for. */
  attempts: number;
  /** When to look at the sale again; null when it is over and everything is done. */
  nextActionAt: Date | null;
  createdAt: Date;
  updatedAt: Date;
}

/** The reply for the gateway. */
export const toSale = (record: SaleRecord): VersionedSale => ({
  id: record.id,
  version: record.version,
  sku: record.sku,
  price: record.price,
  startsAt: record.startsAt.toISOString(),
  endsAt: record.endsAt.toISOString(),
  units: record.units,
  limitPerCustomer: record.limitPerCustomer,
  status: record.status,
  reason: record.reason,
  createdAt: record.createdAt.toISOString(),
  updatedAt: record.updatedAt.toISOString(),
});

/** As the other services keep it. */
export const toSaleState = (record: SaleRecord): SaleState => ({
  id: record.id,
  version: record.version,
  sku: record.sku,
  price: record.price,
  startsAt: record.startsAt.toISOString(),
  endsAt: record.endsAt.toISOString(),
  units: record.units,
  limitPerCustomer: record.limitPerCustomer,
  status: record.status,
});
