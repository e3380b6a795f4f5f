import type { Money, ProductView } from '@doorbuster/contracts';
import { useQueries } from '@tanstack/react-query';
import { ApiError } from '../../api/client.js';
import { productQuery } from '../../api/queries.js';
import { useStore } from '../../api/store.js';
import { times } from '../../ui/format.js';
import type { CartLine } from './cart-lines.js';
import { cart } from './cart.store.js';

export interface PricedLine extends CartLine {
  /** `undefined` while it is loaded; `null` when the shop no longer has it. */
  product: ProductView | null | undefined;
}

export interface PricedCart {
  lines: PricedLine[];
  /** One for each currency. */
  totals: Money[];
  isLoading: boolean;
  /** Whether all lines can be bought as they are. */
  isReady: boolean;
}

/** The cart with the shop's prices and stock now. */
export function usePricedCart(): PricedCart {
  const lines = useStore(cart);
  const products = useQueries({ queries: lines.map(({ sku }) => ({ ...productQuery(sku) })) });
  const priced = lines.map((line, i) => {
    const { data, error } = products[i] ?? {};
    const isGone = error instanceof ApiError && error.status === 404;
    return { ...line, product: isGone ? null : data };
  });
  return {
    lines: priced,
    totals: totalsOf(priced),
    isLoading: products.some(({ isPending }) => isPending),
    isReady: priced.length > 0 && priced.every(isAvailable),
  };
}

const isAvailable = ({ product, quantity }: PricedLine): boolean =>
  product !== null && product !== undefined && quantity <= (product.availability?.available ?? quantity);

function totalsOf(lines: readonly PricedLine[]): Money[] {
  const totals = new Map<string, number>();
  for (const { product, quantity } of lines) {
    if (!product) continue;
    const { amount, currency } = times(product.price, quantity);
    totals.set(currency, (totals.get(currency) ?? 0) + amount);
  }
  return Array.from(totals, ([currency, amount]) => ({ amount, currency }));
}
