import { randomUUID } from 'node:crypto';
import type { Order, Page, Sale, StockLevels } from '@doorbuster/contracts';
import { Connections, type Answer, type Request } from './http.js';

/** What the people of the shop can do, with a connection that no buyer stands in front of. */
export interface Desk {
  /** Puts a new product on sale. */
  putOnSale(product: { sku: string; name: string; units: number }): Promise<void>;
  /** Sets all units aside for a sale, from now on for an hour. @returns its id, once it is open */
  openSale(sale: { sku: string; units: number; limitPerCustomer: number }): Promise<string>;
  /** A short look; `undefined` when nobody answers. */
  glanceAtLevels(sku: string): Promise<StockLevels | undefined>;
  levels(sku: string): Promise<StockLevels>;
  order(orderId: string): Promise<Order>;
  /** Newest first, of all customers. */
  orders(cursor: string | undefined): Promise<Page<Order>>;
  tokenOf(customerId: string): Promise<string>;
  close(): Promise<void>;
}

export const PRICE = { amount: 4_900, currency: 'USD' };
const CONNECTIONS_MAX = 64;
const DEADLINE_MS = 10_000;
const GLANCE_MS = 2_000;
const ATTEMPTS_MAX = 30;
const SALE_MS = 3_600_000;
const PAUSE_MS = 500;
const PAGE = 100;

/** @throws when the shop does not answer, or hands out no token for an administrator */
export async function openDesk(url: string, adminToken: string | undefined): Promise<Desk> {
  const connections = new Connections(url, CONNECTIONS_MAX);
  const asks = { connections, url };
  try {
    const token = adminToken ?? (await issueToken(asks, { customerId: 'flash-sale-admin', role: 'admin' }));
    return deskOf(asks, { authorization: `Bearer ${token}` });
  } catch (error) {
    await connections.close();
    throw error;
  }
}

interface Asks {
  connections: Connections;
  url: string;
}

function deskOf(asks: Asks, headers: Record<string, string>): Desk {
  const get = <Body>(path: string): Promise<Body> => insist<Body>(asks, { method: 'GET', path, headers });
  const post = (path: string, body: object): Promise<unknown> =>
    insist(asks, { method: 'POST', path, body, headers: { ...headers, 'idempotency-key': randomUUID() } });
  return {
    async putOnSale({ sku, name, units }) {
      await post('/v1/products', { sku, name, category: 'flash-sale', price: PRICE });
      await post(`/v1/inventory/${sku}/adjustments`, { delta: units, reason: 'flash sale' });
    },
    async openSale(terms) {
      const now = Date.now();
      const body = {
        ...terms,
        price: PRICE,
        startsAt: new Date(now).toISOString(),
        endsAt: new Date(now + SALE_MS).toISOString(),
      };
      const { id } = (await post('/v1/sales', body)) as Sale;
      for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt += 1) {
        const { status, reason } = await get<Sale>(`/v1/sales/${id}`);
        if (status === 'OPEN') return id;
        if (status === 'REJECTED') throw new Error(`the sale was rejected: ${reason}`);
        await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
      }
      throw new Error(`the sale ${id} did not open`);
    },
    async glanceAtLevels(sku) {
      const request: Request = {
        method: 'GET',
        path: `/v1/inventory/${sku}`,
        headers,
        deadlineMs: GLANCE_MS,
      };
      const answer = await asks.connections.ask(0, request);
      return answer?.status === 200 ? (answer.body as StockLevels) : undefined;
    },
    levels: (sku) => get(`/v1/inventory/${sku}`),
    order: (orderId) => get(`/v1/orders/${orderId}`),
    orders: (cursor) => get(`/v1/orders?limit=${PAGE}${cursor === undefined ? '' : `&cursor=${cursor}`}`),
    tokenOf: (customerId) => issueToken(asks, { customerId, role: 'customer' }),
    close: () => asks.connections.close(),
  };
}

async function issueToken(asks: Asks, body: { customerId: string; role: string }): Promise<string> {
  const { accessToken } = await insist<{ accessToken: string }>(asks, {
    method: 'POST',
    path: '/v1/auth/token',
    body,
  });
  return accessToken;
}

/** Until there is an answer, through restarts and overload. @throws when it is a refusal, or none comes */
async function insist<Body>({ connections, url }: Asks, request: Omit<Request, 'deadlineMs'>): Promise<Body> {
  let answer: Answer | undefined;
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt += 1) {
    answer = await connections.ask(attempt, { ...request, deadlineMs: DEADLINE_MS });
    if (answer !== undefined && answer.status < 300) return answer.body as Body;
    if (answer !== undefined && answer.status < 500 && answer.status !== 429) break;
    await new Promise((resolve) => setTimeout(resolve, answer?.retryAfterMs ?? PAUSE_MS));
  }
  const said = answer ? `answered ${answer.status}: ${JSON.stringify(answer.body)}` : 'did not answer';
  throw new Error(`${request.method} ${url}${request.path} ${said}`);
}
