import type { Answer, Connections } from './http.js';

export interface OrderAttempt {
  key: string;
  method: string;
  /** For `Prefer: wait`; without it the answer is the acceptance. */
  waitSeconds: number | undefined;
  patienceMs: number;
}

type View = (buyer: number, patienceMs: number) => Promise<Answer | undefined>;

/** What buyers can do in the shop. Every call has a deadline; `undefined` means that no answer came. */
export interface Counter {
  viewProduct: View;
  viewSale: View;
  placeOrder(buyer: number, attempt: OrderAttempt): Promise<Answer | undefined>;
  getOrder(buyer: number, orderId: string): Promise<Answer | undefined>;
  /** Each status as it comes, until the feed ends. */
  followOrder(buyer: number, orderId: string, deadlineMs: number): AsyncIterable<unknown>;
}

const DEADLINE_MS = 10_000;

/** What is sold there: a product, and in which sale, if in one. */
export interface Offer {
  sku: string;
  saleId?: string;
}

/** The counter of a real shop, over HTTP. */
export function openCounter(connections: Connections, offer: Offer, tokens: readonly string[]): Counter {
  const { sku, saleId } = offer;
  const bearer = (buyer: number): { authorization: string } => ({
    authorization: `Bearer ${tokens[buyer % tokens.length]}`,
  });
  const view = (path: string) => (buyer: number, patienceMs: number) =>
    connections.ask(buyer, { method: 'GET', path, deadlineMs: DEADLINE_MS, patienceMs });
  return {
    viewProduct: view(`/v1/products/${sku}`),
    viewSale: view(`/v1/sales/${saleId}`),
    placeOrder: (buyer, { key, method, waitSeconds, patienceMs }) =>
      connections.ask(buyer, {
        method: 'POST',
        path: '/v1/orders',
        headers: {
          ...bearer(buyer),
          'idempotency-key': key,
          ...(waitSeconds !== undefined && { prefer: `wait=${waitSeconds}` }),
        },
        body: { items: [{ ...offer, quantity: 1 }], payment: { method } },
        deadlineMs: DEADLINE_MS + (waitSeconds ?? 0) * 1_000,
        patienceMs,
      }),
    getOrder: (buyer, orderId) =>
      connections.ask(buyer, {
        method: 'GET',
        path: `/v1/orders/${orderId}`,
        headers: bearer(buyer),
        deadlineMs: DEADLINE_MS,
      }),
    followOrder: (buyer, orderId, deadlineMs) =>
      connections.events(buyer, {
        method: 'GET',
        path: `/v1/orders/${orderId}/events`,
        headers: bearer(buyer),
        deadlineMs,
      }),
  };
}
