/** All that inventory remembers about the units of one sale; it answers a repeated command from this. */
export interface SetAside {
  saleId: string;
  /** Unknown of a sale that was over before its units were ever asked for. */
  sku: string | null;
  status: 'SET_ASIDE' | 'REFUSED' | 'RETURNED';
  reason: UnitsRefusal | null;
}

export type UnitsRefusal = 'INSUFFICIENT_STOCK' | 'UNKNOWN_SKU' | 'SALE_ENDED';

export type SaleCommand =
  { kind: 'set-aside'; saleId: string; sku: string; units: number } | { kind: 'return'; saleId: string };

export type SaleAnswer =
  | { kind: 'set-aside' | 'returned'; saleId: string }
  | { kind: 'refused'; saleId: string; reason: UnitsRefusal };
