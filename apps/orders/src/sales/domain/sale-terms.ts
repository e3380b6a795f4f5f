import {
  accept,
  refuse,
  type Money,
  type PlaceOrderBody,
  type Reply,
  type SaleState,
} from '@doorbuster/contracts';

/** Read model of a sale. Status comes from catalog; orders compares no times. */
export type SaleTerms = Omit<SaleState, 'version' | 'units'>;

type Item = PlaceOrderBody['items'][number];
export type SaleItem = Item & { saleId: string };

export const isSaleItem = (item: Item): item is SaleItem => item.saleId !== undefined;

/** How much a customer has bought in a sale, by all orders that were not undone. */
export interface Purchase {
  saleId: string;
  customerId: string;
  quantity: number;
}

export const purchaseKey = ({ saleId, customerId }: Omit<Purchase, 'quantity'>): string =>
  `${saleId} ${customerId}`;

/** The purchases of an order's lines, one a sale. */
export function purchasesOf(
  customerId: string,
  lines: readonly { saleId?: string | undefined; quantity: number }[],
): Purchase[] {
  const quantities = new Map<string, number>();
  for (const { saleId, quantity } of lines) {
    if (saleId !== undefined) quantities.set(saleId, (quantities.get(saleId) ?? 0) + quantity);
  }
  return Array.from(quantities, ([saleId, quantity]) => ({ saleId, customerId, quantity }));
}

/** The sale's price while the sale is open. */
export function salePrice({ sku, saleId }: SaleItem, sales: ReadonlyMap<string, SaleTerms>): Reply<Money> {
  const sale = sales.get(saleId);
  if (sale?.sku !== sku) return refuse('UNKNOWN_SALE', `There is no sale ${saleId} of ${sku}.`);
  switch (sale.status) {
    case 'OPEN':
      return accept(sale.price);
    case 'PREPARING':
    case 'SCHEDULED':
      return refuse('SALE_NOT_STARTED', `The sale of ${sku} starts at ${sale.startsAt}.`);
    case 'ENDED':
      return refuse('SALE_ENDED', `The sale of ${sku} ended at ${sale.endsAt}.`);
    case 'REJECTED':
      return refuse('SALE_ENDED', `The sale of ${sku} does not take place.`);
  }
}

/** Refuses purchases over a sale's limit. `bought` has the quantities so far by {@link purchaseKey}. */
export function overLimit(
  purchases: readonly Purchase[],
  sales: ReadonlyMap<string, SaleTerms>,
  bought: ReadonlyMap<string, number>,
): Reply<never> | undefined {
  for (const purchase of purchases) {
    const limit = sales.get(purchase.saleId)?.limitPerCustomer ?? 0;
    const so = bought.get(purchaseKey(purchase)) ?? 0;
    if (so + purchase.quantity > limit) {
      return refuse(
        'PURCHASE_LIMIT',
        `The sale sells at most ${limit} to a customer. You have ${so} and asked for ${purchase.quantity}.`,
      );
    }
  }
  return undefined;
}
