import { randomUUID } from 'node:crypto';
import { ApiClient, ApiError } from '@doorbuster/api-client';
import { SKUS } from './shop.js';

const ORDERS = 400;
const CUSTOMERS = 20;
const WAIT_SECONDS = 30;

/** Places orders over HTTP: of ten, seven are confirmed, two declined, and one is cancelled after its confirmation. */
export async function placeTemplates(url: string): Promise<void> {
  const api = new ApiClient({ url, timeoutMs: (WAIT_SECONDS + 10) * 1_000 });
  await Promise.all(
    Array.from({ length: CUSTOMERS }, async (_, customer) => {
      const { accessToken } = await api.issueToken({ customerId: `template-customer-${customer}` });
      const buyer = api.as(accessToken);
      for (let i = customer; i < ORDERS; i += CUSTOMERS) await place(buyer, i, (i / CUSTOMERS + i) % 10);
    }),
  );
}

async function place(buyer: ApiClient, i: number, kind: number): Promise<void> {
  const isDeclined = kind < 2;
  const items = [{ sku: `SKU-${(i % SKUS) + 1}`, quantity: 1 }];
  const payment = { method: isDeclined ? 'pm_card_chargeDeclined' : 'pm_card_visa' };
  const terms = { idempotencyKey: randomUUID(), waitSeconds: WAIT_SECONDS };
  try {
    const { body } = await buyer.placeOrder({ items, payment }, terms);
    if (kind === 2) await buyer.cancelOrder(body.id, { waitSeconds: WAIT_SECONDS });
  } catch (error) {
    if (!(isDeclined && error instanceof ApiError && error.status === 402)) throw error;
  }
}
