import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { ApiClient } from '@doorbuster/api-client';
import type { LaunchedPlatform } from '@doorbuster/platform';

export const SKUS = 100;
const UNITS_EACH = 10_000_000;
const CUSTOMERS = 500;
const AT_ONCE = 20;

/** Fills an empty shop with stock for any load, or with none. @returns the file with its customers' tokens */
export async function openShop({ url, dataDir }: LaunchedPlatform, unitsEach = UNITS_EACH): Promise<string> {
  const api = new ApiClient({ url });
  const admin = api.as((await api.issueToken({ customerId: 'bench', role: 'admin' })).accessToken);
  await inChunks(SKUS, async (i) => {
    const sku = `SKU-${i + 1}`;
    const price = { amount: 1_999, currency: 'USD' };
    await admin.createProduct({ sku, name: `Thing ${i + 1}`, category: 'bench', price });
    if (unitsEach === 0) return;
    await admin.adjustStock(sku, { delta: unitsEach, reason: 'bench' }, { idempotencyKey: 'bench' });
  });
  const tokens: string[] = [];
  await inChunks(CUSTOMERS, async (i) => {
    tokens.push((await api.issueToken({ customerId: `customer-${i}` })).accessToken);
  });
  const file = path.join(dataDir, 'tokens.txt');
  writeFileSync(file, tokens.join('\n'));
  return file;
}

async function inChunks(count: number, work: (i: number) => Promise<void>): Promise<void> {
  for (let from = 0; from < count; from += AT_ONCE) {
    await Promise.all(Array.from({ length: Math.min(AT_ONCE, count - from) }, (_, i) => work(from + i)));
  }
}
