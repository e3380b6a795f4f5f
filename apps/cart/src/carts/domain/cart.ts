import {
  accept,
  ORDER_LINES_MAX,
  LINE_QUANTITY_MAX,
  refuse,
  type Cart,
  type CheckoutLine,
  type Money,
  type Reply,
} from '@doorbuster/contracts';

export interface CartLine {
  sku: string;
  quantity: number;
  /** The price that the customer saw when the line was put in, or accepted since. */
  priceWhenAdded: Money;
}

export interface CartState {
  /** The number of changes; 0 for a cart that has no row. */
  version: number;
  /** In the order in which they were put in, one for each SKU. */
  lines: readonly CartLine[];
}

/** The cart's read model of a product. */
interface ProductOffer {
  name: string;
  price: Money;
}

/** By SKU. */
export type Offers = ReadonlyMap<string, ProductOffer>;
type Item = Pick<CartLine, 'sku' | 'quantity'>;

export const NO_CART: CartState = { version: 0, lines: [] };

/**
 * Sets the quantity of a line, and keeps its price when it was added. Every change counts, also one to the same quantity: of
 * two requests with one `version`, only the first is accepted.
 */
export function setLine(
  cart: CartState,
  { sku, quantity, version }: Item & { version?: number | undefined },
  offers: Offers,
): Reply<CartState> {
  if (version !== undefined && version !== cart.version) {
    return refuse(
      'CART_CHANGED',
      `The cart has version ${cart.version}, not ${version}. Read it again, then repeat the change.`,
    );
  }
  return withQuantities(cart, [{ sku, quantity }], offers);
}

/** The same cart if it has no such line. */
export function removeLine(cart: CartState, sku: string): CartState {
  const lines = cart.lines.filter((line) => line.sku !== sku);
  return lines.length === cart.lines.length ? cart : changed(cart, lines);
}

/** Each SKU gets the greatest of its quantities. The same cart if all lines have that already. */
export function mergeItems(cart: CartState, items: readonly Item[], offers: Offers): Reply<CartState> {
  const present = new Map(cart.lines.map(({ sku, quantity }) => [sku, quantity]));
  const greatest = new Map<string, number>();
  for (const { sku, quantity } of items) {
    greatest.set(sku, Math.max(quantity, greatest.get(sku) ?? present.get(sku) ?? 0));
  }
  const larger = Array.from(greatest, ([sku, quantity]) => ({ sku, quantity })).filter(
    ({ sku, quantity }) => quantity !== present.get(sku),
  );
  return larger.length === 0 ? accept(cart) : withQuantities(cart, larger, offers);
}

/** Takes the bought units out, as far as they are there. Units and lines that were added since stay. */
export function takeOut(
  cart: CartState,
  bought: readonly CheckoutLine[],
): { cart: CartState; taken: CheckoutLine[] } {
  const present = new Map(cart.lines.map(({ sku, quantity }) => [sku, quantity]));
  const taken = bought
    .map((line) => ({ ...line, quantity: Math.min(line.quantity, present.get(line.sku) ?? 0) }))
    .filter(({ quantity }) => quantity > 0);
  if (taken.length === 0) return { cart, taken };
  const takenOf = new Map(taken.map(({ sku, quantity }) => [sku, quantity]));
  const lines = cart.lines
    .map((line) => ({ ...line, quantity: line.quantity - (takenOf.get(line.sku) ?? 0) }))
    .filter(({ quantity }) => quantity > 0);
  return { cart: changed(cart, lines), taken };
}

/**
 * Puts back what {@link takeOut} took. A line has at most 100 units. The cart may get more than its 50 lines: it is not
 * checked out before the customer has removed some, and loses none.
 */
export function putBack(cart: CartState, taken: readonly CheckoutLine[]): CartState {
  if (taken.length === 0) return cart;
  const lines = new Map(cart.lines.map((line) => [line.sku, line]));
  for (const { sku, quantity, unitPrice } of taken) {
    const line = lines.get(sku) ?? { sku, quantity: 0, priceWhenAdded: unitPrice };
    lines.set(sku, { ...line, quantity: Math.min(LINE_QUANTITY_MAX, line.quantity + quantity) });
  }
  return changed(cart, [...lines.values()]);
}

/** The cart as its customer sees it. A product that is not known any more has the price when it was added. */
export function viewOf({ version, lines }: CartState, offers: Offers): Cart {
  const items = lines.map(({ sku, quantity, priceWhenAdded }) => {
    const { name, price } = offers.get(sku) ?? { name: sku, price: priceWhenAdded };
    return { sku, name, quantity, unitPrice: price, priceWhenAdded };
  });
  return { items, total: totalOf(items), version };
}

function totalOf(items: Cart['items']): Money | null {
  const [currency, another] = new Set(items.map(({ unitPrice }) => unitPrice.currency));
  if (currency === undefined || another !== undefined) return null;
  return {
    amount: items.reduce((sum, { quantity, unitPrice }) => sum + quantity * unitPrice.amount, 0),
    currency,
  };
}

function withQuantities(cart: CartState, items: readonly Item[], offers: Offers): Reply<CartState> {
  const unknown = items.filter(({ sku }) => !offers.has(sku));
  if (unknown.length > 0) {
    return refuse('UNKNOWN_SKU', `There is no product ${unknown.map(({ sku }) => sku).join(', ')}.`);
  }
  const lines = new Map(cart.lines.map((line) => [line.sku, line]));
  for (const { sku, quantity } of items) {
    const priceWhenAdded = lines.get(sku)?.priceWhenAdded ?? (offers.get(sku) as ProductOffer).price;
    lines.set(sku, { sku, quantity, priceWhenAdded });
  }
  if (lines.size > Math.max(ORDER_LINES_MAX, cart.lines.length)) return full(lines.size);
  return accept(changed(cart, [...lines.values()]));
}

export const full = (lines: number): Reply<never> =>
  refuse(
    'CART_FULL',
    `A cart has at most ${ORDER_LINES_MAX} products, and this one would have ${lines}. Remove some first.`,
  );

const changed = ({ version }: CartState, lines: readonly CartLine[]): CartState => ({
  version: version + 1,
  lines,
});
