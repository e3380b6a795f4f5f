/** What units are taken from together: the ordinary stock of a SKU, or what was set aside for a sale. */
export interface Pool {
  sku: string;
  saleId?: string | undefined;
}

/** Who finds it empty finds all of it empty. */
export type PoolKey = string;

/** No SKU has it. */
const SEPARATOR = '~';

/** The pool that an order's line takes its units from. */
export const poolOf = ({ sku, saleId }: Pool): PoolKey =>
  saleId === undefined ? sku : sku + SEPARATOR + saleId;

export function poolNamed(key: PoolKey): Pool {
  const [sku = '', saleId] = key.split(SEPARATOR);
  return { sku, saleId };
}
