import { setTimeout as sleep } from 'node:timers/promises';
import { ApiClient } from '@doorbuster/api-client';
import type pg from 'pg';
import { percentile, print } from './figures.js';

/** One kind of read: paths and the tokens to read them with, taken in turn. */
interface Read {
  name: string;
  paths: string[];
  tokens: string[];
}

const REQUESTS = 200;
const CUSTOMERS = 20;
const TIMEOUT_MS = 30_000;
/** A connection reports its scans to the statistics at the latest when it has been idle for 10 s. */
const STATISTICS_DELAY_MS = 12_000;

/** Prints the latency of each read, one request at a time. @returns the sequential scans of orders and sagas meanwhile */
export async function measureReads(url: string, client: pg.Client): Promise<number> {
  const reads = await readsOf(url, client);
  await sleep(STATISTICS_DELAY_MS);
  const before = await sequentialScans(client);
  for (const read of reads) {
    const latencies = await send(url, read);
    const [p50, p99] = [percentile(latencies, 0.5), percentile(latencies, 0.99)];
    print(`  ${read.name.padEnd(32)} p50 ${p50.toFixed(1)} ms  p99 ${p99.toFixed(1)} ms`);
  }
  await sleep(STATISTICS_DELAY_MS);
  const scans = (await sequentialScans(client)) - before;
  print(`  sequential scans of orders and sagas by these reads: ${scans}`);
  if (scans > 0) await blame(url, client, [{ name: 'no read', paths: [], tokens: [] }, ...reads]);
  return scans;
}

/** Sends each kind of read again, and waits for the statistics in between. */
async function blame(url: string, client: pg.Client, reads: Read[]): Promise<void> {
  for (const read of reads) {
    const before = await sequentialScans(client);
    await send(url, read);
    await sleep(STATISTICS_DELAY_MS);
    const scans = (await sequentialScans(client)) - before;
    if (scans > 0) print(`    ${read.name}: ${scans}`);
  }
}

async function readsOf(url: string, client: pg.Client): Promise<Read[]> {
  const api = new ApiClient({ url });
  const admin = (await api.issueToken({ customerId: 'bench', role: 'admin' })).accessToken;
  const { rows } = await client.query<{ id: string; customerId: string; createdAt: Date }>(
    `select id, customer_id as "customerId", created_at as "createdAt" from orders.orders order by random() limit $1`,
    [REQUESTS],
  );
  const customers = rows.slice(0, CUSTOMERS).map(({ customerId }) => customerId);
  const tokens = await Promise.all(
    customers.map(async (customerId) => (await api.issueToken({ customerId })).accessToken),
  );
  const byAdmin = (name: string, paths: string[]): Read => ({ name, paths, tokens: [admin] });
  const orders = (filter: string, values: string[]): Read =>
    byAdmin(
      `orders by ${filter}`,
      values.map((value) => `/v1/orders?${filter}=${encodeURIComponent(value)}`),
    );
  const instants = rows.map(({ createdAt }) => createdAt.toISOString());
  return [
    byAdmin(
      'order',
      rows.map(({ id }) => `/v1/orders/${id}`),
    ),
    byAdmin(
      'timeline',
      rows.map(({ id }) => `/v1/orders/${id}/timeline`),
    ),
    { name: 'orders of the customer', paths: ['/v1/orders'], tokens },
    byAdmin('orders', ['/v1/orders']),
    ...['PENDING', 'CONFIRMED', 'REJECTED', 'CANCELLED'].map((status) => ({
      ...orders('status', [status]),
      name: `orders by status ${status}`,
    })),
    orders('reason', ['PAYMENT_DECLINED']),
    orders('customerId', customers),
    orders('sku', ['SKU-7']),
    orders('createdAfter', instants),
    orders('createdBefore', instants),
    byAdmin('sagas', ['/v1/sagas']),
    byAdmin('sagas by state STALLED', ['/v1/sagas?state=STALLED']),
    byAdmin('sagas by open', ['/v1/sagas?open=true']),
  ];
}

/** @returns milliseconds of each request */
async function send(url: string, { paths, tokens }: Read): Promise<number[]> {
  const latencies: number[] = [];
  for (let i = 0; i < REQUESTS && paths.length > 0; i += 1) {
    const started = performance.now();
    const path = paths[i % paths.length] as string;
    const response = await fetch(url + path, {
      headers: { authorization: `Bearer ${tokens[i % tokens.length]}` },
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const body = await response.text();
    if (response.status !== 200) throw new Error(`GET ${path}: ${response.status} ${body}`);
    latencies.push(performance.now() - started);
  }
  return latencies;
}

async function sequentialScans(client: pg.Client): Promise<number> {
  const { rows } = await client.query<{ scans: number }>(
    `select sum(seq_scan)::int as scans from pg_stat_user_tables
     where schemaname = 'orders' and relname in ('orders', 'sagas', 'saga_transitions')`,
  );
  return rows[0]?.scans ?? 0;
}
