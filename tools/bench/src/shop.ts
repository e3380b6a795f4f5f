import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type { LaunchedPlatform } from '@doorbuster/platform';

const SKUS = 100;
const UNITS_EACH = 10_000_000;
const CUSTOMERS = 500;

/** Fills an empty shop with stock for any load, or with none, and gives the file with its customers' tokens. */
export async function openShop({ url, dataDir }: LaunchedPlatform, unitsEach = UNITS_EACH): Promise<string> {
  const admin = await token(url, 'bench', 'admin');
  await inChunks(SKUS, async (i) => {
    const sku = `SKU-${i + 1}`;
    const price = { amount: 1_999, currency: 'USD' };
    await post(`${url}/v1/products`, admin, { sku, name: `Thing ${i + 1}`, category: 'bench', price });
    if (unitsEach === 0) return;
    await post(`${url}/v1/inventory/${sku}/adjustments`, admin, { delta: unitsEach, reason: 'bench' });
  });
  const tokens: string[] = [];
  await inChunks(CUSTOMERS, async (i) => void tokens.push(await token(url, `customer-${i}`, 'customer')));
  const file = path.join(dataDir, 'tokens.txt');
  writeFileSync(file, tokens.join('\n'));
  return file;
}

async function token(url: string, customerId: string, role: string): Promise<string> {
  const answer = await post(`${url}/v1/auth/token`, undefined, { customerId, role });
  return (answer as { accessToken: string }).accessToken;
}

async function post(url: string, bearer: string | undefined, body: object): Promise<unknown> {
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'idempotency-key': 'bench',
      ...(bearer !== undefined && { authorization: `Bearer ${bearer}` }),
    },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(30_000),
  });
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${await response.text()}`);
  return response.json();
}

async function inChunks(count: number, work: (i: number) => Promise<void>): Promise<void> {
  const SIZE = 20;
  for (let from = 0; from < count; from += SIZE) {
    await Promise.all(Array.from({ length: Math.min(SIZE, count - from) }, (_, i) => work(from + i)));
  }
}
