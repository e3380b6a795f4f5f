import { randomUUID } from 'node:crypto';
import { ApiClient, withRetries } from '@doorbuster/api-client';
import type { Order, Page, StockLevels } from '@doorbuster/contracts';
import { ConnectionPools } from './connection-pools.js';

export const PRICE = { amount: 4_900, currency: 'USD' };
const CONNECTIONS_MAX = 64;
const TIMEOUT_MS = 10_000;
const GLANCE_TIMEOUT_MS = 2_000;
/** Long enough for the restart of a part that was killed. */
const RETRY_MS = 60_000;
const SALE_MS = 3_600_000;
const OPENING_MS_MAX = 15_000;
const POLL_MS = 500;
const PAGE = 100;

/** What the shop's staff do, over connections that no buyer uses. Every call is retried through restarts and overload. */
export class AdminClient {
  private constructor(
    private readonly api: ApiClient,
    private readonly connections: ConnectionPools,
  ) {}

  /** @throws when the shop does not answer, or issues no token for an administrator */
  static async open(url: string, adminToken: string | undefined): Promise<AdminClient> {
    const connections = new ConnectionPools(url, CONNECTIONS_MAX);
    const api = new ApiClient({ url, fetch: connections.fetchFor(0, TIMEOUT_MS) });
    try {
      const token = adminToken ?? (await issueToken(api, { customerId: 'flash-sale-admin', role: 'admin' }));
      return new AdminClient(api.as(token), connections);
    } catch (error) {
      await connections.close();
      throw error;
    }
  }

  /** Creates a product with its stock. */
  async createProduct({ sku, name, units }: { sku: string; name: string; units: number }): Promise<void> {
    await retrying(() => this.api.createProduct({ sku, name, category: 'flash-sale', price: PRICE }));
    const change = { delta: units, reason: 'flash sale' };
    const idempotencyKey = randomUUID();
    await retrying(() => this.api.adjustStock(sku, change, { idempotencyKey }));
  }

  /** Sets the units aside for a sale of one hour from now on. @returns its id, once it is open */
  async openSale(terms: { sku: string; units: number; limitPerCustomer: number }): Promise<string> {
    const now = Date.now();
    const [startsAt, endsAt] = [new Date(now).toISOString(), new Date(now + SALE_MS).toISOString()];
    const idempotencyKey = randomUUID();
    const { id } = await retrying(() =>
      this.api.createSale({ ...terms, price: PRICE, startsAt, endsAt }, { idempotencyKey }),
    );
    while (Date.now() < now + OPENING_MS_MAX) {
      const { status, reason } = await retrying(() => this.api.getSale(id));
      if (status === 'OPEN') return id;
      if (status === 'REJECTED') throw new Error(`the sale was rejected: ${reason}`);
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
    throw new Error(`the sale ${id} did not open`);
  }

  /** One short attempt; `undefined` when it fails. */
  async glanceAtStock(sku: string): Promise<StockLevels | undefined> {
    return this.api.getStock(sku, { timeoutMs: GLANCE_TIMEOUT_MS }).catch(() => undefined);
  }

  getStock(sku: string): Promise<StockLevels> {
    return retrying(() => this.api.getStock(sku));
  }

  getOrder(orderId: string): Promise<Order> {
    return retrying(() => this.api.getOrder(orderId));
  }

  /** Newest first, of all customers. */
  listOrders(cursor: string | undefined): Promise<Page<Order>> {
    return retrying(() => this.api.listOrders({ limit: PAGE, cursor }));
  }

  issueToken(customerId: string): Promise<string> {
    return issueToken(this.api, { customerId, role: 'customer' });
  }

  close(): Promise<void> {
    return this.connections.close();
  }
}

async function issueToken(
  api: ApiClient,
  body: { customerId: string; role: 'customer' | 'admin' },
): Promise<string> {
  return (await retrying(() => api.issueToken(body))).accessToken;
}

const retrying = <T>(call: () => Promise<T>): Promise<T> => withRetries(call, { withinMs: RETRY_MS });
