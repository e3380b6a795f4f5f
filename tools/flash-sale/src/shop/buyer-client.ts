import { ApiClient, type ApiResponse } from '@doorbuster/api-client';
import type { Order, OrderEvent, ProductView, SaleView } from '@doorbuster/contracts';
import type { ConnectionPools } from './connection-pools.js';

export interface OrderAttempt {
  key: string;
  method: string;
  /** For `Prefer: wait`; without it the answer is the acceptance. */
  waitSeconds: number | undefined;
  patienceMs: number;
}

/** What is sold: a product, and in which sale, if in one. */
export interface Offer {
  sku: string;
  saleId?: string;
}

/** What buyers do in the shop, each with their own token. Every call has a deadline. */
export interface BuyerClient {
  viewProduct: (buyer: number, patienceMs: number) => Promise<ProductView>;
  viewSale: (buyer: number, patienceMs: number) => Promise<SaleView>;
  placeOrder(buyer: number, attempt: OrderAttempt): Promise<ApiResponse<Order>>;
  getOrder(buyer: number, orderId: string): Promise<Order>;
  /** @param timeoutMs for the next event */
  orderEvents(buyer: number, orderId: string, timeoutMs: number): AsyncIterable<OrderEvent>;
}

const DEADLINE_MS = 10_000;
/** With the wait for a free connection. */
const PATIENCE_MS = 120_000;

export function openBuyerClient(
  connections: ConnectionPools,
  offer: Offer,
  tokens: readonly string[],
): BuyerClient {
  const { sku, saleId = '' } = offer;
  const api = (buyer: number, deadlineMs = DEADLINE_MS): ApiClient =>
    new ApiClient({
      url: connections.url,
      token: tokens[buyer % tokens.length],
      fetch: connections.fetchFor(buyer, deadlineMs),
      timeoutMs: PATIENCE_MS,
    });
  return {
    viewProduct: (buyer, patienceMs) => api(buyer).getProduct(sku, { timeoutMs: patienceMs }),
    viewSale: (buyer, patienceMs) => api(buyer).getSale(saleId, { timeoutMs: patienceMs }),
    placeOrder: (buyer, { key, method, waitSeconds, patienceMs }) =>
      api(buyer, DEADLINE_MS + (waitSeconds ?? 0) * 1_000).placeOrder(
        { items: [{ ...offer, quantity: 1 }], payment: { method } },
        { idempotencyKey: key, waitSeconds, timeoutMs: patienceMs },
      ),
    getOrder: (buyer, orderId) => api(buyer).getOrder(orderId),
    orderEvents: (buyer, orderId, timeoutMs) => api(buyer, timeoutMs).orderEvents(orderId),
  };
}
