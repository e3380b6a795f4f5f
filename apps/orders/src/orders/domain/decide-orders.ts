import {
  accept,
  refuse,
  type Money,
  type Order,
  type PlaceOrderBody,
  type PlaceOrderRequest,
  type PriceChange,
  type Reply,
} from '@doorbuster/contracts';
import {
  isSaleItem,
  overLimit,
  purchaseKey,
  purchasesOf,
  salePrice,
  type Purchase,
  type SaleTerms,
} from '../../sales/domain/sale-terms.js';

/** An order as the customer sees it, and what a repeated request is compared with. */
export interface OrderRecord {
  order: Order;
  idempotencyKey: string;
  method: string;
}

export interface IncomingRequest extends PlaceOrderRequest {
  /** Accept-by time by the database's clock (ms since 1970); later requests are refused. */
  expiresAt: number;
}

export interface NewOrder extends OrderRecord {
  traceparent: string;
  /** A cart's checkout made it. */
  isFromCart: boolean;
}

export interface DecidedOrders {
  /** One reply a request, in their order. */
  replies: Reply<Order>[];
  created: NewOrder[];
  /** Purchases of the new orders in sales. */
  purchases: Purchase[];
}

/** Prices, sales, and purchases so far. */
export interface Market {
  /** The present price by SKU. */
  prices: ReadonlyMap<string, Money>;
  /** By id. */
  sales: ReadonlyMap<string, SaleTerms>;
  /** By {@link purchaseKey}, for each customer and open sale of the requests. */
  bought: ReadonlyMap<string, number>;
}

export const requestKey = (customerId: string, idempotencyKey: string): string =>
  `${customerId}\n${idempotencyKey}`;

/**
 * Decides a batch of requests. A repeated key finds its order, also when the first request is in the same batch. An
 * expired request becomes no order: its customer was told that there is none.
 *
 * @param existing orders by {@link requestKey}
 */
export function decideOrders(
  requests: readonly IncomingRequest[],
  existing: ReadonlyMap<string, OrderRecord>,
  { prices, sales, bought }: Market,
  now: Date,
  newId: () => string,
): DecidedOrders {
  const known = new Map(existing);
  const created: NewOrder[] = [];
  const purchases: Purchase[] = [];
  const boughtNow = new Map(bought);
  const replies = requests.map((request): Reply<Order> => {
    const key = requestKey(request.customerId, request.idempotencyKey);
    const found = known.get(key);
    if (found) return answerAgain(found, request.body);
    if (request.expiresAt <= now.getTime()) return expired;
    const priced = price(request.body, prices, sales);
    if (!priced.ok) return priced;
    const isFromCart = request.acceptedPrices !== undefined;
    const changed = isFromCart && priceRefusal(priced.value.lines, request.acceptedPrices);
    if (changed) return changed;
    const own = purchasesOf(request.customerId, request.body.items);
    const tooMany = overLimit(own, sales, boughtNow);
    if (tooMany) return tooMany;
    for (const purchase of own) {
      const of = purchaseKey(purchase);
      boughtNow.set(of, (boughtNow.get(of) ?? 0) + purchase.quantity);
    }
    purchases.push(...own);
    const at = now.toISOString();
    const order: Order = {
      id: newId(),
      customerId: request.customerId,
      status: 'PENDING',
      reason: null,
      cancelling: false,
      ...priced.value,
      createdAt: at,
      updatedAt: at,
    };
    const { idempotencyKey, traceparent, body } = request;
    const record = { order, idempotencyKey, method: body.payment.method, traceparent, isFromCart };
    known.set(key, record);
    created.push(record);
    return accept(order);
  });
  return { replies, created, purchases };
}

export const expired = refuse(
  'SERVICE_TIMEOUT',
  'The order could not be accepted in time. Try again in a moment.',
);

/** The reply to a request whose key has an order already. */
export function answerAgain({ order, method }: OrderRecord, body: PlaceOrderBody): Reply<Order> {
  const same =
    method === body.payment.method &&
    order.lines.length === body.items.length &&
    order.lines.every(
      ({ sku, quantity, saleId }, i) =>
        sku === body.items[i]?.sku && quantity === body.items[i].quantity && saleId === body.items[i].saleId,
    );
  if (same) return accept(order);
  return refuse(
    'IDEMPOTENCY_KEY_REUSED',
    'This Idempotency-Key was used for another order. Use a new key for a new order.',
  );
}

/** PRICE_CHANGED if a line would be charged another price than the one that the customer accepted. */
function priceRefusal(
  lines: Order['lines'],
  accepted: PlaceOrderRequest['acceptedPrices'] = [],
): Reply<never> | undefined {
  const prices = new Map(accepted.map(({ sku, unitPrice }) => [sku, unitPrice]));
  const changes = lines.flatMap(({ sku, unitPrice }): PriceChange[] => {
    const old = prices.get(sku);
    return old === undefined || isSamePrice(old, unitPrice) ? [] : [{ sku, old, new: unitPrice }];
  });
  if (changes.length === 0) return undefined;
  return refuse(
    'PRICE_CHANGED',
    `The price of ${changes.map(({ sku }) => sku).join(', ')} has changed, and nothing was ordered. Check out with the new prices in acceptedPrices, and with a new Idempotency-Key.`,
    { changes },
  );
}

const isSamePrice = (a: Money, b: Money): boolean => a.amount === b.amount && a.currency === b.currency;

function price(
  { items }: PlaceOrderBody,
  prices: ReadonlyMap<string, Money>,
  sales: ReadonlyMap<string, SaleTerms>,
): Reply<Pick<Order, 'lines' | 'total'>> {
  const ordinary = items.filter((item) => !isSaleItem(item));
  const unknown = [...new Set(ordinary.map(({ sku }) => sku))].filter((sku) => !prices.has(sku));
  if (unknown.length > 0) return refuse('UNKNOWN_SKU', `There is no product ${unknown.join(', ')}.`);
  const lines: Order['lines'] = [];
  for (const item of items) {
    const unitPrice = isSaleItem(item) ? salePrice(item, sales) : accept(prices.get(item.sku) as Money);
    if (!unitPrice.ok) return unitPrice;
    lines.push({ ...item, unitPrice: unitPrice.value });
  }
  const currencies = [...new Set(lines.map(({ unitPrice }) => unitPrice.currency))];
  const [currency = ''] = currencies;
  if (currencies.length > 1) {
    return refuse(
      'CURRENCY_MISMATCH',
      `One order is charged in one currency, not in ${currencies.join(' and ')}.`,
    );
  }
  const amount = lines.reduce((sum, { quantity, unitPrice }) => sum + quantity * unitPrice.amount, 0);
  return accept({ lines, total: { amount, currency } });
}
